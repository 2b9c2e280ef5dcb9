using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance.Bots;

/// <summary>Parameters as a recording gives them.</summary>
static class BotParameters
{
    // About the logs of the test itself; here they are the harness's.
    static readonly HashSet<string> OfTheTest = new(StringComparer.Ordinal) { "logging_level", "logging_handler", "testing" };

    // Given by tests, but the bots of the original do not have them either.
    static readonly HashSet<(string Bot, string Parameter)> WithoutEffect =
    [
        ("intelmq.bots.parsers.html_table.parser", "skip_head"),
        ("intelmq.bots.parsers.zoneh.parser", "feedname"),
    ];

    public static Dictionary<string, object?> Of(string bot, Vector recorded) =>
        recorded.MapOrEmpty("parameters").Where(p => !OfTheTest.Contains(p.Key) && !WithoutEffect.Contains((bot, p.Key))).ToDictionary(static p => p.Key, static p => p.Value, StringComparer.Ordinal);
}
