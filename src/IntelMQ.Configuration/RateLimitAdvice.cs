namespace IntelMQ.Configuration;

/// <summary>
/// A <c>rate_limit</c> of the section <c>global</c> is meant for collectors, and makes every other bot rest after each
/// message: a botnet that looks as if it stood still.
/// </summary>
internal static class RateLimitAdvice
{
    const string Name = "rate_limit";

    public static void Check(IReadOnlyList<BotConfiguration> bots, ProblemList problems)
    {
        foreach (var bot in bots)
        {
            if (!bot.Enabled || bot.IsCollector || bot.RunMode == RunMode.Scheduled || bot.Settings.RateLimit <= TimeSpan.Zero || !bot.Merged.TryFind(Name, out var limit) || limit.Origin != ParameterOrigin.Global)
            {
                continue;
            }

            problems.AddSentence(Severity.Warning, limit, $"{bot.Id} and all others that are no collectors rest {ValueText.Of(limit.Value)} s after each message; expected {Name} at the collectors");
            return;
        }
    }
}
