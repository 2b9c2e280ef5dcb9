using System.Globalization;
using System.Text;

namespace IntelMQ.Extensions;

/// <summary>Documentation of a package as its manifest gives it, in Markdown.</summary>
internal static class ManifestDocumentation
{
    /// <summary>The page of a package: what it is, its bots, their parameters, what it gives besides, and the pages it brings.</summary>
    /// <param name="manifest">Of the package.</param>
    /// <param name="pages">The pages that it brings, in Markdown.</param>
    public static string ToMarkdown(ExtensionManifest manifest, IEnumerable<string> pages)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# {Inline(manifest.Title ?? manifest.Id)} {manifest.Version}\n");
        AddParagraph(page, manifest.Description);
        AddFacts(page, manifest);
        foreach (var bot in manifest.Bots) AddBot(page, bot);
        AddFields(page, manifest.Contributions.Fields);
        AddFeeds(page, manifest.Contributions.Feeds);
        foreach (var text in pages) page.Append('\n').Append(Neutral(text).TrimEnd()).Append('\n');
        return page.ToString();
    }

    static void AddFacts(StringBuilder page, ExtensionManifest manifest)
    {
        (string Name, string? Value)[] facts =
        [
            ("Package", manifest.Id), ("Authors", manifest.Authors), ("Licence", manifest.License), ("Home page", manifest.ProjectUrl),
            ("Source", manifest.Repository), ("IntelMQ.Sdk", manifest.Sdk?.Range.ToString()),
            ("Libraries inside", string.Join(", ", manifest.Dependencies.Select(dependency => $"{dependency.Key} {dependency.Value}"))),
        ];
        page.Append('\n');
        foreach (var (name, value) in facts.Where(fact => !string.IsNullOrEmpty(fact.Value))) page.Append(CultureInfo.InvariantCulture, $"- {name}: {Inline(value!)}\n");
    }

    static void AddBot(StringBuilder page, BotManifest bot)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {bot.Name}\n");
        AddParagraph(page, bot.Summary);
        AddParagraph(page, bot.Description);
        if (bot.OwnProcess) AddParagraph(page, "Runs in a process of its own.");
        if (bot.SingleInstance) AddParagraph(page, "Runs as one instance, whatever `instances_threads` says.");
        page.Append(ParameterTable(bot));
    }

    /// <summary>A bot's own parameters; nothing where it has none.</summary>
    public static string ParameterTable(BotManifest bot)
    {
        if (bot.Parameters.Count == 0) return "";
        var table = new StringBuilder("\n| Parameter | Type | Default | |\n|---|---|---|---|\n");
        foreach (var parameter in bot.Parameters) table.Append(CultureInfo.InvariantCulture, $"| `{parameter.Name}` | {TypeOf(parameter)} | {DefaultOf(parameter)} | {Cell(parameter.Description)} |\n");
        return table.ToString();
    }

    static void AddFields(StringBuilder page, IReadOnlyList<IntelMQ.Sdk.AddedField> fields)
    {
        if (fields.Count == 0) return;
        page.Append("\n## Fields of the data format\n\n| Field | Of | Type | |\n|---|---|---|---|\n");
        foreach (var field in fields) page.Append(CultureInfo.InvariantCulture, $"| `{field.Name}` | {field.Section} | {Cell(FieldOwner.Describe(field))} | {Cell(field.Description)} |\n");
    }

    static void AddFeeds(StringBuilder page, IReadOnlyList<FeedManifest> feeds)
    {
        if (feeds.Count == 0) return;
        page.Append("\n## Feeds\n");
        foreach (var feed in feeds)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n### {Inline(feed.ToString())}\n");
            AddParagraph(page, feed.Description);
            AddParagraph(page, feed.AdditionalInformation);
            if (feed.Documentation is { } documentation) AddParagraph(page, $"Documentation: {documentation}");
            page.Append('\n');
            foreach (var bot in feed.Bots) page.Append(CultureInfo.InvariantCulture, $"- `{bot.Module}`{(bot.Parameters is { } parameters ? $" with `{Cell(parameters.GetRawText())}`" : "")}\n");
        }
    }

    // A page may come to a terminal: what would control it is shown as a question mark. Markup of HTML is for whoever makes HTML of it to leave out.
    static string Neutral(string text) => string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? c == '\r' ? "" : "?" : c.ToString()));

    static string TypeOf(ParameterManifest parameter)
    {
        if (parameter.Choices.Count > 0) return string.Join(", ", parameter.Choices.Select(choice => $"`{Cell(choice)}`"));
        var type = parameter.Format ?? parameter.Type ?? "any";
        return Cell(parameter.Unit is { } unit ? $"{type} ({unit})" : type) + (parameter.Secret ? ", secret" : "");
    }

    static string DefaultOf(ParameterManifest parameter) =>
        parameter.Required ? "**required**" : parameter.Default is { } value ? $"`{Cell(value.GetRawText())}`" : "";

    static void AddParagraph(StringBuilder page, string? text)
    {
        if (!string.IsNullOrWhiteSpace(text)) page.Append('\n').Append(Inline(text.Trim())).Append('\n');
    }

    // The text is a stranger's: it must not bring markup of HTML into a page.
    static string Inline(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    /// <summary>A text as a cell of a table.</summary>
    public static string Cell(string? text) => text is null ? "" : Inline(string.Join(' ', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))).Replace("|", "\\|", StringComparison.Ordinal);
}
