using System.Text.RegularExpressions;
using IntelMQ.Extensions;

namespace IntelMQ.Documentation.Tests;

/// <summary>A bot that comes along: what its manifest says, and what lies in its folder.</summary>
/// <param name="Package">The package that it is in.</param>
/// <param name="Manifest">Its part of the package's manifest.</param>
/// <param name="Folder">Where its source is.</param>
sealed partial record DocumentedBot(ExtensionManifest Package, BotManifest Manifest, string Folder)
{
    [GeneratedRegex("\\[Bot\\(\"(?<module>intelmq\\.bots\\.[a-z0-9_.]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex BotAttribute { get; }

    const string OtherwiseHeading = "## Otherwise than the original";

    public string Module => Manifest.Name;

    /// <summary><c>collectors</c>, <c>parsers</c>, <c>experts</c> or <c>outputs</c>.</summary>
    public string Group => Module.Split('.')[2];

    /// <summary>Its page, relative to the page of all bots.</summary>
    public string Page => $"bots/{Group}/{Module[$"intelmq.bots.{Group}.".Length..]}.md";

    public string Title => ReadMe[0].TrimStart('#', ' ');

    /// <summary>The lines of its README behind the heading.</summary>
    public IEnumerable<string> Text => ReadMe.Skip(1);

    public string Sample => File.ReadAllText(Path.Combine(Folder, "sample.yaml"));

    /// <summary>The entries below <c>## Otherwise than the original</c>: a defect that is mended begins with <c>Fixed:</c>, what is new with <c>More:</c>.</summary>
    public IReadOnlyList<string> Differences =>
        [.. string.Join('\n', ReadMe.SkipWhile(line => line != OtherwiseHeading).Skip(1).TakeWhile(line => !line.StartsWith('#'))).Split("\n- ").Select(entry => string.Join(' ', entry.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).TrimStart('-', ' ')).Where(entry => entry.Length > 0)];

    string[] ReadMe => field ??= File.ReadAllLines(Path.Combine(Folder, "README.md"));

    /// <summary>All bots of all packages that come along, by their names.</summary>
    public static IReadOnlyList<DocumentedBot> All()
    {
        var folders = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.Exists(Path.Combine(Path.GetDirectoryName(file)!, "sample.yaml")))
            .SelectMany(file => BotAttribute.Matches(File.ReadAllText(file)).Select(match => (Module: match.Groups["module"].Value, Folder: Path.GetDirectoryName(file)!)))
            .ToDictionary(bot => bot.Module, bot => bot.Folder, StringComparer.Ordinal);
        return
        [
            .. Directory.EnumerateFiles(Repository.Bundled, "extension.json", SearchOption.AllDirectories).Select(ManifestReader.ReadFile)
                .SelectMany(package => package.Bots.Select(bot => new DocumentedBot(package, bot, folders[bot.Name])))
                .OrderBy(bot => bot.Module, StringComparer.Ordinal),
        ];
    }
}
