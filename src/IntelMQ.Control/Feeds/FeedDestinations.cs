using IntelMQ.Configuration;

namespace IntelMQ.Control.Feeds;

/// <summary>Where the events of a new feed go.</summary>
static class FeedDestinations
{
    /// <summary>The queues for the last bot of a new feed.</summary>
    /// <param name="bots">The bots there are.</param>
    /// <param name="asked">A bot or its queue; null for where all other parsers send.</param>
    /// <exception cref="ControlException">There is no such bot or queue, or nothing was asked for and the parsers do not agree.</exception>
    public static IReadOnlyList<string> Of(IReadOnlyList<BotConfiguration> bots, string? asked)
    {
        var readers = bots.Where(bot => !bot.IsCollector).ToList();
        if (asked is null) return OfOtherParsers(readers) ?? throw new ControlException($"The parsers of the configuration send to different queues; --destination BOT says where the events of the feed go: {Known(readers)}.");
        if (readers.Find(bot => bot.Id == asked || bot.SourceQueue == asked) is { } reader) return [reader.SourceQueue];
        var nearest = NearestName.Of(asked, readers.SelectMany(bot => new[] { bot.Id, bot.SourceQueue }));
        throw new ControlException($"--destination: there is no bot or queue '{asked}'{(nearest is null ? $"; there are {Known(readers)}" : $"; did you mean '{nearest}'?")}");
    }

    static IReadOnlyList<string>? OfOtherParsers(List<BotConfiguration> readers)
    {
        var destinations = readers.Where(bot => bot.Module.Contains(".parsers.", StringComparison.Ordinal))
            .Select(bot => bot.DestinationQueues.GetValueOrDefault(DestinationQueues.DefaultPath)).OfType<IReadOnlyList<string>>().ToList();
        return destinations.Count > 0 && destinations.TrueForAll(queues => queues.SequenceEqual(destinations[0])) ? destinations[0] : null;
    }

    static string Known(List<BotConfiguration> readers) => readers.Count == 0 ? "none yet: add the bot first that gets them" : string.Join(", ", readers.Select(bot => bot.Id));
}
