using IntelMQ.Cli.Terminal;
using IntelMQ.Extensions;

namespace IntelMQ.Cli.Commands;

/// <summary>Packages as text for a terminal.</summary>
static class PackageText
{
    /// <summary>What a package in use says about itself.</summary>
    public static void WriteInfo(ConsoleOutput output, ExtensionPackage package)
    {
        output.Line($"{package} ({PackageFacts.OriginOf(package.Origin)})");
        if (package.Manifest.Description is { } description) output.Line(description);
        output.Line($"Directory: {package.Directory}");
        if (package.Manifest.Authors is { } authors) output.Line($"Authors: {authors}");
        if (package.Manifest.License is { } license) output.Line($"Licence: {license}");
        if (package.Manifest.Sdk is { } sdk) output.Line($"SDK: {sdk.Range}");
        if (package.Locked is { } locked) output.Line($"Source: {locked.Source}");
        if (package.Manifest.Contributions.ToString() is { Length: > 0 } contributions) output.Line($"Also: {contributions}");
        WriteBots(output, package.Manifest);
    }

    public static void WriteBots(ConsoleOutput output, ExtensionManifest manifest)
    {
        foreach (var bot in manifest.Bots)
        {
            output.Line("");
            output.Line(bot.Name);
            if (bot.Summary is { } summary) output.Line($"  {summary}");
            foreach (var parameter in bot.Parameters)
            {
                var rest = parameter.Required ? "required" : parameter.Default is { } value ? $"default {value.GetRawText()}" : "optional";
                output.Line($"    {parameter.Name} ({parameter.Type ?? "any"}, {rest}): {parameter.Description}");
            }
        }
    }

    public static void WriteContributions(ConsoleOutput output, Contributions contributions)
    {
        Section(output, "Fields", contributions.Fields.Select(field => $"{CatalogueField.KeyOf(field)} ({FieldOwner.Describe(field)}): {field.Description}"));
        Section(output, "Feeds", contributions.Feeds.SelectMany(Lines));
        Section(output, "Pages", contributions.Pages.Select(page => $"{page.Path}: {page.Title}"));
        Section(output, "Configuration upgrades", contributions.Upgrades.Select(upgrade => $"{upgrade.Version}, {upgrade.Bot}: {upgrade.Summary}"));
        Section(output, "Checks", contributions.Checks.Select(check => $"{check.Type}: {check.Summary}"));
    }

    static IEnumerable<string> Lines(FeedManifest feed)
    {
        yield return $"{feed}: {feed.Description}";
        foreach (var bot in feed.Bots) yield return $"  {bot.Module}{(bot.Parameters is { } parameters ? $" {parameters.GetRawText()}" : "")}";
    }

    public static void Section(ConsoleOutput output, string title, IEnumerable<string> lines)
    {
        var first = true;
        foreach (var line in lines)
        {
            if (first)
            {
                output.Line("");
                output.Line(title);
                first = false;
            }

            output.Line($"  {line}");
        }
    }
}
