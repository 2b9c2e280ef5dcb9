using System.Globalization;
using IntelMQ.Redis;

namespace IntelMQ.Brokers.Redis;

/// <summary>Finds the queues of a database and their lengths.</summary>
static class QueueListing
{
    const int NamesPerScan = 1000;

    /// <exception cref="RedisErrorException">The server refuses.</exception>
    public static async Task<IReadOnlyList<QueueStatus>> ReadAsync(
        RedisConnection connection, IReadOnlyDictionary<string, RedisQueue> declared, CancellationToken cancellationToken)
    {
        var keys = await KeysAsync(connection, cancellationToken);
        // An internal list belongs to its queue, unless somebody has given such a name to a queue.
        var names = keys.Select(key => IsInternal(key) && !declared.ContainsKey(key) ? key[..^RedisQueue.InternalSuffix.Length] : key)
            .Concat(declared.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0) return [];

        using var batch = new CommandBatch();
        foreach (var name in names) batch.Add("LLEN", name).Add("LLEN", name + RedisQueue.InternalSuffix);
        var lengths = await connection.ExecuteAsync(batch);
        var means = await MeansAsync(connection, names, lengths, declared);
        return [.. names.Select((name, i) => Status(name, declared.GetValueOrDefault(name), lengths[2 * i].AsInteger(), lengths[2 * i + 1].AsInteger(), means[i]))];
    }

    static QueueStatus Status(string name, RedisQueue? queue, long waiting, long inside, double mean)
    {
        var ready = Math.Min(queue?.Source?.Ready ?? 0, inside);
        return new(name, waiting + ready, inside - ready, (long)Math.Round((waiting + inside) * mean), queue?.IsFull(waiting) ?? false);
    }

    static bool IsInternal(string key) => key.Length > RedisQueue.InternalSuffix.Length && key.EndsWith(RedisQueue.InternalSuffix, StringComparison.Ordinal);

    static async Task<List<string>> KeysAsync(RedisConnection connection, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        var cursor = "0";
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var reply = (await connection.ExecuteAsync("SCAN", cursor, "COUNT", NamesPerScan.ToString(CultureInfo.InvariantCulture), "TYPE", "list")).AsList();
            cursor = reply[0].AsText() ?? "0";
            keys.AddRange(reply[1].AsList().Select(key => key.AsText()!));
        }
        while (cursor != "0");
        return keys;
    }

    /// <summary>Bytes of a message of each queue: from what went through this host, else by the server's estimate.</summary>
    static async Task<double[]> MeansAsync(
        RedisConnection connection, List<string> names, RedisReply[] lengths, IReadOnlyDictionary<string, RedisQueue> declared)
    {
        var means = new double[names.Count];
        using var batch = new CommandBatch();
        var asked = new List<(int Name, long Length)>();
        for (var i = 0; i < names.Count; i++)
        {
            var (waiting, inside) = (lengths[2 * i].AsInteger(), lengths[2 * i + 1].AsInteger());
            if (declared.GetValueOrDefault(names[i])?.Sizes.Mean is { } mean)
            {
                means[i] = mean;
            }
            else if (waiting + inside > 0)
            {
                batch.Add("MEMORY", "USAGE", waiting > 0 ? names[i] : names[i] + RedisQueue.InternalSuffix);
                asked.Add((i, waiting > 0 ? waiting : inside));
            }
        }

        if (asked.Count == 0) return means;
        var replies = await connection.ExecuteAsync(batch);
        for (var i = 0; i < asked.Count; i++)
        {
            if (replies[i].Kind == ReplyKind.Integer) means[asked[i].Name] = (double)replies[i].AsInteger() / asked[i].Length;
        }

        return means;
    }
}
