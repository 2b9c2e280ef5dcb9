using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration;

/// <summary>Warns of parameters of the section <c>global</c> that are right, and do something else than whoever wrote them expects.</summary>
internal static class GlobalAdvice
{
    const string RateLimit = "rate_limit";
    const string ProcessManager = "process_manager";

    public static void Check(SourceMap global, IReadOnlyList<BotConfiguration> bots, ProblemList problems)
    {
        CheckRateLimit(bots, problems);
        if (global.Find(ProcessManager) is { Node.Value: "supervisor" } entry)
        {
            problems.Add(Severity.Warning, entry.Node.Span, ConfigurationPath.Root.Child(RuntimeConfiguration.GlobalKey).Child(ProcessManager),
                "Has no effect: the host runs all bots", "the host under systemd or supervisor, as 'intelmqctl host'");
        }
    }

    // It is meant for collectors, and makes every other bot rest after each message: a botnet that looks as if it stood still.
    static void CheckRateLimit(IReadOnlyList<BotConfiguration> bots, ProblemList problems)
    {
        foreach (var bot in bots)
        {
            if (!bot.Enabled || bot.IsCollector || bot.RunMode == RunMode.Scheduled || bot.Settings.RateLimit <= TimeSpan.Zero
                || !bot.Merged.TryFind(RateLimit, out var limit) || limit.Origin != ParameterOrigin.Global)
            {
                continue;
            }

            problems.AddSentence(Severity.Warning, limit, $"{bot.Id} and all others that are no collectors rest {ValueText.Of(limit.Value)} s after each message; expected {RateLimit} at the collectors");
            return;
        }
    }
}
