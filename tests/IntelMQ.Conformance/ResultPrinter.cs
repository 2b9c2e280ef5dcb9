using System.Globalization;
using System.Text.Json;

namespace IntelMQ.Conformance;

/// <summary>Shows results to people and to programs.</summary>
static class ResultPrinter
{
    const int MostShown = 20;

    public static void Print(Tally tally, TextWriter to)
    {
        foreach (var group in tally.Remarkable.GroupBy(static r => r.Case.Group, StringComparer.Ordinal)) PrintGroup(group, to);

        to.WriteLine($"{"bot or kind",-60} {"passed",7} {"failed",7} {"skipped",8}");
        foreach (var (name, passed, failed, skipped) in tally.Groups)
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-60} {passed,7} {failed,7} {skipped,8}"));
        to.WriteLine(tally);
    }

    static void PrintGroup(IEnumerable<(RecordedCase Case, Verdict Verdict)> group, TextWriter to)
    {
        var all = group.ToList();
        PrintSame("MISSING", all.Where(static r => r.Verdict.Outcome == Outcome.Missing), to);
        PrintSame("SKIPPED", all.Where(static r => r.Verdict.Outcome == Outcome.Skipped), to);
        var failed = all.Where(static r => r.Verdict.Outcome == Outcome.Failed).ToList();
        foreach (var (recorded, verdict) in failed.Take(MostShown)) to.WriteLine($"FAILED {recorded.Group} {recorded.Name}\n  {Indented(verdict.Text)}");
        if (failed.Count > MostShown) to.WriteLine($"  … and {failed.Count - MostShown} more of {failed[0].Case.Group}; --json FILE writes all.");
    }

    // The same reason for many cases is told once, with one of them as an example.
    static void PrintSame(string what, IEnumerable<(RecordedCase Case, Verdict Verdict)> cases, TextWriter to)
    {
        foreach (var same in cases.GroupBy(static r => r.Verdict.Text.Split('\n')[0], StringComparer.Ordinal))
            to.WriteLine($"{what} {same.First().Case.Group}: {same.Count()} × {same.Key} ({same.First().Case.Name})");
    }

    static string Indented(string text) => text.TrimEnd().Replace("\n", "\n  ", StringComparison.Ordinal);

    public static async Task WriteJsonAsync(Tally tally, string file)
    {
        await using var stream = File.Create(file);
        await using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        WriteCounts(json, tally.Passed, tally.Failed, tally.Skipped);
        json.WriteStartObject("groups");
        foreach (var (name, passed, failed, skipped) in tally.Groups)
        {
            json.WriteStartObject(name);
            WriteCounts(json, passed, failed, skipped);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("cases");
        foreach (var (recorded, verdict) in tally.Remarkable)
        {
            json.WriteStartObject();
            json.WriteString("group", recorded.Group);
            json.WriteString("case", recorded.Name);
            json.WriteString("outcome", verdict.Outcome.ToString().ToLowerInvariant());
            json.WriteString("text", verdict.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteCounts(Utf8JsonWriter json, int passed, int failed, int skipped)
    {
        json.WriteNumber("passed", passed);
        json.WriteNumber("failed", failed);
        json.WriteNumber("skipped", skipped);
    }
}
