using System.Text.Json.Nodes;

namespace IntelMQ.Bots.Tests.Recorded;

/// <summary>Where the recordings of the original are: they are no part of the repository.</summary>
static class RecordedCases
{
    const string Variable = "INTELMQ_CONFORMANCE";

    /// <summary>The directory that the variable names, or <c>../shared/conformance</c> beside the repository; null when there is none.</summary>
    public static string? Root => field ??= Find();

    static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return named;
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (!File.Exists(Path.Combine(directory.FullName, "IntelMQ.slnx"))) continue;
            var beside = Path.Combine(directory.FullName, "..", "shared", "conformance");
            return Directory.Exists(beside) ? Path.GetFullPath(beside) : null;
        }

        return null;
    }

    /// <summary>The recordings of a bot, with the places for directories filled in.</summary>
    public static IEnumerable<RecordedCase> Of(string module, string folder)
    {
        var parts = module.Split('.');
        foreach (var collection in new[] { "bots", "bots-constructed", "bots-derived" })
        {
            var directory = Path.Combine(Root!, collection, parts[2], parts[3], parts[4]);
            if (!Directory.Exists(directory)) continue;
            foreach (var file in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
                foreach (var (text, line) in Texts(file).Select((text, line) => (text, line)))
                {
                    var place = Path.Combine(folder, Guid.NewGuid().ToString("N"));
                    Directory.CreateDirectory(Path.Combine(place, "tmp"));
                    var json = text.Replace("@SRC@", Path.Combine(place, "src"), StringComparison.Ordinal).Replace("@TMP@", Path.Combine(place, "tmp"), StringComparison.Ordinal);
                    yield return new RecordedCase($"{collection}/{Path.GetFileName(file)}:{line + 1}", JsonNode.Parse(json)!.AsObject());
                }
        }
    }

    static IEnumerable<string> Texts(string file) => file.EndsWith(".jsonl", StringComparison.Ordinal) ? File.ReadLines(file) : [File.ReadAllText(file)];
}
