using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>
/// Finds bots of the original's kind in Python environments by the metadata of installed distributions, as
/// <c>importlib.metadata</c> does. No Python runs, so a module that cannot be imported hurts nothing.
/// </summary>
internal static class PythonDiscovery
{
    const string Prefix = "intelmq.bots.";

    /// <summary>Adds the packages of one environment; what is odd about them is said.</summary>
    public static void Scan(string environment, CatalogueBuilder builder)
    {
        environment = Path.GetFullPath(environment);
        try
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            var folders = PythonEnvironment.SitePackages(environment).ToList();
            if (folders.Count == 0) builder.Add(new Problem(BotLogLevel.Warning, "is no Python environment: it has no lib/python3*/site-packages") { File = environment });
            foreach (var (folder, editable) in folders.SelectMany(PythonEnvironment.SearchPath))
            {
                foreach (var distribution in PythonEnvironment.Distributions(folder)) ScanDistribution(environment, distribution, editable, seen, builder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            builder.Add(new Problem(BotLogLevel.Error, $"cannot be read: {e.Message}") { File = environment });
        }
    }

    static void ScanDistribution(string environment, string metadata, bool editable, HashSet<string> seen, CatalogueBuilder builder)
    {
        var entryPoints = Path.Combine(metadata, "entry_points.txt");
        if (!File.Exists(entryPoints)) return;
        var scripts = ConsoleScripts(File.ReadLines(entryPoints)).Where(script => script.Name.StartsWith(Prefix, StringComparison.Ordinal)).ToList();
        if (scripts.Count == 0) return;
        var (name, version, summary) = PythonEnvironment.Metadata(metadata);

        // As with import: what comes first on the path is what is used.
        if (!seen.Add(PythonEnvironment.Normalize(name))) return;
        var package = new PythonPackage { Name = name, Version = version, Summary = summary, Environment = environment, Metadata = metadata, Editable = editable };
        builder.Add(package with { Bots = [.. scripts.Select(script => ToBot(script, package, builder)).OfType<PythonBot>()] });
    }

    static PythonBot? ToBot((string Name, string Target) script, PythonPackage package, CatalogueBuilder builder)
    {
        void Add(BotLogLevel level, string text) =>
            builder.Add(new Problem(level, text) { Package = package.Name, File = package.Metadata });

        if (!BotName.TryGetGroup(script.Name, out var group))
        {
            Add(BotLogLevel.Error, $"'{script.Name}' is not {BotName.Form}");
            return null;
        }

        var target = script.Target.Split('[')[0].Split(':', 2, StringSplitOptions.TrimEntries);
        if (target is not [_, "BOT.run"]) Add(BotLogLevel.Warning, $"{script.Name} points to '{script.Target}'; expected <module>:BOT.run");
        var file = Path.Combine(package.Environment, "bin", script.Name);
        var exists = File.Exists(file);
        if (!exists) Add(BotLogLevel.Warning, $"{script.Name} has no script in {Path.Combine(package.Environment, "bin")}; installing the package again makes it");
        return new PythonBot(script.Name, group, package.Name, package.Version, target[0].Trim(), exists ? file : null, package.Environment);
    }

    /// <summary>The section <c>console_scripts</c> of an <c>entry_points.txt</c>. Keys are case-sensitive.</summary>
    internal static IEnumerable<(string Name, string Target)> ConsoleScripts(IEnumerable<string> lines)
    {
        var section = "";
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.Length == 0 || line[0] is '#' or ';') continue;
            if (line[0] == '[' && line[^1] == ']')
            {
                section = line[1..^1].Trim();
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (section == "console_scripts" && equals > 0) yield return (line[..equals].Trim(), line[(equals + 1)..].Trim());
        }
    }
}
