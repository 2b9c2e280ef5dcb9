using System.Globalization;
using System.Text;
using IntelMQ.Extensions;

namespace IntelMQ.Documentation.Tests;

/// <summary>Pages that are made of the bots' folders and manifests.</summary>
static class GeneratedPages
{
    static readonly string[] Groups = ["collectors", "parsers", "experts", "outputs"];

    /// <summary>Path below the repository and content of each.</summary>
    public static IReadOnlyDictionary<string, string> Make()
    {
        var bots = DocumentedBot.All();
        var pages = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["docs/user/bots.md"] = Index(bots), ["docs/user/compared.md"] = Comparison(bots), ["docs/user/feeds.md"] = Feeds(bots) };
        foreach (var bot in bots) pages[$"docs/user/{bot.Page}"] = PageOf(bot);
        return pages;
    }

    static string Index(IReadOnlyList<DocumentedBot> bots)
    {
        var page = new StringBuilder("# Bots\n\n");
        page.Append(CultureInfo.InvariantCulture, $"The {bots.Count} bots that come along, made of the sources: a page each, with parameters, a sample and the feeds that it is for.\n");
        foreach (var group in Groups)
        {
            var ofGroup = bots.Where(bot => bot.Group == group).ToList();
            page.Append(CultureInfo.InvariantCulture, $"\n## {char.ToUpperInvariant(group[0])}{group[1..]} ({ofGroup.Count})\n\n| | |\n|---|---|\n");
            foreach (var bot in ofGroup) page.Append(CultureInfo.InvariantCulture, $"| [{bot.Module[$"intelmq.bots.{group}.".Length..]}]({bot.Page}) | {ManifestDocumentation.Cell(bot.Manifest.Summary)} |\n");
        }

        return page.ToString();
    }

    static string Comparison(IReadOnlyList<DocumentedBot> bots)
    {
        var page = new StringBuilder("# Bots compared with the original's\n\n");
        page.Append(CultureInfo.InvariantCulture, $"Of {bots.Count} bots {bots.Count(bot => bot.Differences.Count == 0)} do the same. For all of them holds: a row that fails does not take others with it, ");
        page.Append("what fails is dumped instead of dropped, lookups are cached and have time-outs, and nothing that was acknowledged is lost when a process is killed.\n\n");
        page.Append("| Bot | | Otherwise |\n|---|---|---|\n");
        foreach (var bot in bots.OrderBy(bot => Array.IndexOf(Groups, bot.Group)).ThenBy(bot => bot.Module, StringComparer.Ordinal))
        {
            var kinds = new[] { Kind("Fixed:", "fixed"), Kind("More:", "extended") }.OfType<string>().ToList();
            page.Append(CultureInfo.InvariantCulture, $"| [{bot.Module["intelmq.bots.".Length..]}]({bot.Page}) | {(kinds.Count == 0 ? "same" : string.Join(", ", kinds))} | {string.Join("<br>", bot.Differences.Select(ManifestDocumentation.Cell))} |\n");
            string? Kind(string beginning, string name) => bot.Differences.Any(entry => entry.StartsWith(beginning, StringComparison.Ordinal)) ? name : null;
        }

        return page.ToString();
    }

    static string PageOf(DocumentedBot bot)
    {
        var page = new StringBuilder($"# {bot.Title}\n\n`{bot.Module}`, of the package {bot.Package.Id}. [All bots](../../bots.md)\n");
        page.Append(string.Join('\n', bot.Text).TrimEnd()).Append('\n');
        page.Append("\n## Parameters\n").Append(ManifestDocumentation.ParameterTable(bot.Manifest));
        if (bot.Manifest.Parameters.Count == 0) page.Append("\nNone of its own.\n");
        page.Append("\n## Sample\n\n```yaml\n").Append(bot.Sample.TrimEnd()).Append("\n```\n");
        var feeds = bot.Package.Contributions.Feeds.Where(feed => feed.Bots.Any(part => part.Module == bot.Module)).ToList();
        if (bot.Group != "parsers" || feeds.Count == 0) return page.ToString();
        page.Append("\n## Feeds\n\n");
        foreach (var feed in feeds) page.Append(CultureInfo.InvariantCulture, $"- {LinkTo(feed)}: {feed.Description}\n");
        return page.ToString();
    }

    static string LinkTo(FeedManifest feed) => feed.Documentation is { } url && !url.Contains(' ', StringComparison.Ordinal) ? $"[{feed}]({url})" : $"{feed}";

    static string Feeds(IReadOnlyList<DocumentedBot> bots)
    {
        var page = new StringBuilder("# Feeds\n\n");
        var feeds = bots.Select(bot => bot.Package).Distinct().SelectMany(package => package.Contributions.Feeds)
            .OrderBy(feed => feed.Provider, StringComparer.OrdinalIgnoreCase).ThenBy(feed => feed.Name, StringComparer.OrdinalIgnoreCase).ToList();
        page.Append(CultureInfo.InvariantCulture, $"The {feeds.Count} feeds that the bots which come along know. `intelmqctl feeds show PROVIDER FEED` tells more, `intelmqctl feeds add PROVIDER FEED` configures one.\n");
        page.Append("\n| Provider | Feed | Public | Collector | Parser | |\n|---|---|---|---|---|---|\n");
        foreach (var feed in feeds)
        {
            var name = feed.Documentation is { } url && !url.Contains(' ', StringComparison.Ordinal) ? $"[{feed.Name}]({url})" : feed.Name;
            page.Append(CultureInfo.InvariantCulture, $"| {feed.Provider} | {name} | {(feed.IsPublic == true ? "yes" : "no")} | {LinkTo(feed, "collectors", bots)} | {LinkTo(feed, "parsers", bots)} | {ManifestDocumentation.Cell($"{feed.Description} {feed.AdditionalInformation}".Trim())} |\n");
        }

        return page.ToString();
    }

    static string LinkTo(FeedManifest feed, string group, IReadOnlyList<DocumentedBot> bots) =>
        bots.FirstOrDefault(bot => bot.Group == group && feed.Bots.Any(part => part.Module == bot.Module)) is { } found ? $"[{found.Title}]({found.Page})" : "";
}
