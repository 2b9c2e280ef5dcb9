using System.Globalization;
using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Control.Hosting;
using IntelMQ.Sdk;
using NearestName = IntelMQ.Configuration.NearestName;

namespace IntelMQ.Control.Queues;

/// <summary>The queues of one bot with what waits in them.</summary>
/// <param name="Source">Queue it reads; null for a collector.</param>
/// <param name="Internal">Messages that it has and did not finish; null for a collector.</param>
/// <param name="Destinations">Queues it sends to.</param>
sealed record BotQueues((string Queue, long Waiting)? Source, long? Internal, IReadOnlyList<(string Queue, long Waiting)> Destinations);

/// <summary>What became of a request to clear a queue.</summary>
enum ClearResult
{
    Success,
    NotFound,
    Error,
}

/// <summary>Lists and clears queues.</summary>
sealed class QueueControl(RuntimeConfiguration configuration, Installation installation, IHostGateway gateway, IControlOutput output)
{
    const string InternalSuffix = "-internal";

    /// <summary>The queues of all bots, in the order of ids.</summary>
    /// <exception cref="BrokerException">The store cannot be read.</exception>
    public async Task<IReadOnlyDictionary<string, BotQueues>> ListAsync(CancellationToken cancellationToken)
    {
        var queues = await StatusesAsync(cancellationToken);
        long Waiting(string queue) => queues.GetValueOrDefault(queue)?.Waiting ?? 0;

        var result = new SortedDictionary<string, BotQueues>(StringComparer.Ordinal);
        foreach (var bot in configuration.Bots)
        {
            var destinations = bot.Destinations.References.Select(r => r.Queue).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            result[bot.Id] = new(
                bot.IsCollector ? null : (bot.SourceQueue, Waiting(bot.SourceQueue)),
                bot.IsCollector ? null : queues.GetValueOrDefault(bot.SourceQueue)?.Leased ?? 0,
                [.. destinations.Select(queue => (queue, Waiting(queue)))]);
        }

        return result;
    }

    /// <summary>One number for each queue and, under its name with <c>-internal</c>, for the messages in hand.</summary>
    public static IReadOnlyDictionary<string, long> Flatten(IReadOnlyDictionary<string, BotQueues> bots)
    {
        var flat = new SortedDictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        foreach (var queues in bots.Values)
        {
            foreach (var (queue, waiting) in queues.Destinations) flat[queue] = waiting;
            if (queues.Source is not { } source) continue;
            flat[source.Queue] = source.Waiting;
            flat[source.Queue + InternalSuffix] = queues.Internal ?? 0;
        }

        return flat;
    }

    /// <summary>Says the numbers, in the order of the names without regard to case.</summary>
    public void Tell(IReadOnlyDictionary<string, BotQueues> bots, bool nonZero, bool sum)
    {
        var flat = Flatten(bots);
        if (sum)
        {
            output.Say(BotLogLevel.Info, flat.Values.Sum().ToString(CultureInfo.InvariantCulture));
            return;
        }

        foreach (var (queue, count) in flat)
        {
            if (!nonZero || count > 0) output.Say(BotLogLevel.Info, string.Create(CultureInfo.InvariantCulture, $"{queue} - {count}"));
        }
    }

    /// <summary>Removes what waits in a queue. The queues of destinations are known by their names, whatever path they stand under.</summary>
    public async Task<ClearResult> ClearAsync(string queue, CancellationToken cancellationToken)
    {
        output.Say(BotLogLevel.Info, $"Clearing queue {queue}.");
        var known = configuration.Bots.Where(b => !b.IsCollector).Select(b => b.SourceQueue).Concat(configuration.Bots.SelectMany(b => b.Destinations.References.Select(r => r.Queue))).ToHashSet(StringComparer.Ordinal);
        try
        {
            await using var access = await AccessAsync(cancellationToken);
            if (!known.Contains(queue) && (await access.ListQueuesAsync(cancellationToken)).All(q => q.Queue != queue))
            {
                var nearest = NearestName.Of(queue, known);
                output.Say(BotLogLevel.Error, $"Queue {queue} does not exist!{(nearest is null ? "" : $" Did you mean {nearest}?")}");
                return ClearResult.NotFound;
            }

            await access.ClearQueueAsync(queue, cancellationToken);
            output.Say(BotLogLevel.Info, $"Successfully cleared queue {queue}.");
            return ClearResult.Success;
        }
        catch (Exception e) when (e is BrokerException or ControlException)
        {
            output.Say(BotLogLevel.Error, $"Error while clearing queue {queue}.");
            output.Say(BotLogLevel.Error, e.Message);
            return ClearResult.Error;
        }
    }

    async Task<Dictionary<string, QueueStatus>> StatusesAsync(CancellationToken cancellationToken)
    {
        await using var access = await AccessAsync(cancellationToken);
        return (await access.ListQueuesAsync(cancellationToken)).ToDictionary(q => q.Queue, StringComparer.Ordinal);
    }

    async Task<IQueueAccess> AccessAsync(CancellationToken cancellationToken) =>
        await gateway.FindAsync(cancellationToken) is { } host ? host : new OfflineQueues(configuration, installation);
}
