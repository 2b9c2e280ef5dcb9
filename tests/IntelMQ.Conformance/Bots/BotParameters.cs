using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance.Bots;

/// <summary>Parameters as a recording gives them.</summary>
static class BotParameters
{
    // About the logs of the test itself; here they are the harness's.
    static readonly HashSet<string> OfTheTest = new(StringComparer.Ordinal) { "logging_level", "logging_handler", "testing" };

    public static Dictionary<string, object?> Of(Vector recorded) =>
        recorded.MapOrEmpty("parameters").Where(static p => !OfTheTest.Contains(p.Key)).ToDictionary(StringComparer.Ordinal);
}
