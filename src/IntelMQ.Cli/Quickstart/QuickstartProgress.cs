using System.Globalization;
using IntelMQ.Brokers;
using IntelMQ.Cli.Terminal;
using IntelMQ.Host.Running;

namespace IntelMQ.Cli.Quickstart;

/// <summary>The botnet of a quickstart at one moment.</summary>
/// <param name="Elapsed">Since its start.</param>
/// <param name="Bots">In the order of the configuration.</param>
/// <param name="Queues">All of them.</param>
sealed record QuickstartProgress(TimeSpan Elapsed, IReadOnlyList<BotStatus> Bots, IReadOnlyList<QueueStatus> Queues)
{
    /// <summary>Messages that wait or are in hand.</summary>
    public long Waiting => Queues.Sum(q => q.Waiting + q.Leased);

    /// <summary>Events written to the end of the pipeline.</summary>
    public long Written => Bots.Where(b => b.Module.Contains(".outputs.", StringComparison.Ordinal)).Sum(b => b.Counters.Received);

    /// <summary>Messages and rows that went to dump files.</summary>
    public long Failed => Bots.Sum(b => b.Counters.Failed);

    /// <summary>Bots that will do nothing more.</summary>
    public IReadOnlyList<BotStatus> Broken => [.. Bots.Where(b => b.State == BotState.Failed)];

    /// <summary>Every collector has had its turn and nothing is under way.</summary>
    public bool IsQuiet => Waiting == 0 && Bots.Where(IsCollector).All(b => b.Counters.Received > 0 || b.Counters.Failed > 0);

    /// <summary>Changes with every message.</summary>
    public long Fingerprint => Bots.Sum(b => b.Counters.Received + b.Counters.Sent + b.Counters.Failed);

    static bool IsCollector(BotStatus bot) => bot.Module.Contains(".collectors.", StringComparison.Ordinal);

    public string Line => string.Create(
        CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,6:0.0} s: {Written:N0} events written, {Waiting:N0} messages under way, {Failed:N0} failed");

    /// <param name="previous">The moment that rates are counted from; null for the start.</param>
    public TextTable Table(QuickstartProgress? previous)
    {
        var table = new TextTable("bot", "in", "out", "dropped", "failed", "messages/s", "state");
        var seconds = Math.Max((Elapsed - (previous?.Elapsed ?? TimeSpan.Zero)).TotalSeconds, 0.001);
        for (var i = 0; i < Bots.Count; i++)
        {
            var bot = Bots[i];
            var rate = (Throughput(bot) - (previous is null ? 0 : Throughput(previous.Bots[i]))) / seconds;
            table.Add(bot.Id, Number(bot.Counters.Received), Number(bot.Counters.Sent), Number(bot.Counters.Dropped), Number(bot.Counters.Failed), rate.ToString("N0", CultureInfo.InvariantCulture), bot.State.ToString().ToLowerInvariant());
        }

        return table;
    }

    /// <summary>What hinders bots that go on, a line each: too long for a column of the table.</summary>
    public IReadOnlyList<string> Hindrances => [.. Bots.Where(b => b.Reason is not null && b.State != BotState.Failed).Select(b => $"{b.Id}: {b.Reason!.Split('\n')[0]}")];

    /// <summary>Messages in for most bots; what a collector or parser makes of its few counts more.</summary>
    static long Throughput(BotStatus bot) => Math.Max(bot.Counters.Received, bot.Counters.Sent);

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
