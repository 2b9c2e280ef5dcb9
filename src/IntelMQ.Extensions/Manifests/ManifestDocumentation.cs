using System.Globalization;
using System.Text;

namespace IntelMQ.Extensions;

/// <summary>Documentation of a package as its manifest gives it, in Markdown.</summary>
internal static class ManifestDocumentation
{
    /// <summary>The page of a package: what it is, its bots, their parameters.</summary>
    public static string ToMarkdown(ExtensionManifest manifest)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# {Inline(manifest.Title ?? manifest.Id)} {manifest.Version}\n");
        AddParagraph(page, manifest.Description);
        AddFacts(page, manifest);
        foreach (var bot in manifest.Bots) AddBot(page, bot);
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
        if (bot.Parameters.Count == 0) return;
        page.Append("\n| Parameter | Type | Default | |\n|---|---|---|---|\n");
        foreach (var parameter in bot.Parameters) page.Append(CultureInfo.InvariantCulture, $"| `{parameter.Name}` | {TypeOf(parameter)} | {DefaultOf(parameter)} | {Cell(parameter.Description)} |\n");
    }

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

    static string Cell(string? text) => text is null ? "" : Inline(string.Join(' ', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))).Replace("|", "\\|", StringComparison.Ordinal);
}
