using IntelMQ.Conformance.Bots;
using IntelMQ.Sdk.Testing;

namespace IntelMQ.Conformance.Library;

/// <summary>Compares what bots say about their parameters without being started.</summary>
static class ParameterVectors
{
    /// <summary>A line of <c>bot-check.jsonl</c>.</summary>
    public static Verdict Check(Vector vector)
    {
        var module = vector.Text("bot")!;
        if (!BuiltInBots.Has(module)) return Verdict.Missing(BuiltInBots.WhyMissing(module));
        using var place = new RecordingPlace();
        var placed = place.Fill(vector);
        place.LayOut(placed);
        var parameters = BotParameters.Of(placed);
        var expected = (vector["result"] as IReadOnlyList<object?> ?? []).Where(static r => ((IReadOnlyList<object?>)r!)[0] is "error").ToList();
        // Tests give only those parameters that they are about; nobody would start the bot with them.
        var results = BuiltInBots.Harness(module, parameters).Check().Where(r => expected.Count > 0 || r.Parameter is null || parameters.GetValueOrDefault(r.Parameter) is not null);
        var found = results.Where(static r => r.Level >= BotLogLevel.Error).Select(static r => r.ToString()).ToList();
        return found.Count > 0 == expected.Count > 0 ? null : $"found {(found.Count == 0 ? "no error" : string.Join("; ", found))}, expected {(expected.Count == 0 ? "none" : Vector.Show(expected))}";
    }
}
