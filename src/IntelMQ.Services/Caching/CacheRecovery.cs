using System.Globalization;
using IntelMQ.Sdk;

namespace IntelMQ.Services;

/// <summary>Reads the files of a store back into memory.</summary>
sealed class CacheRecovery
{
    readonly CacheStoreOptions _options;
    readonly uint _now;
    readonly Dictionary<ushort, CacheData> _byId = [];
    byte[] _lastValue = [];

    CacheRecovery(CacheStoreOptions options)
    {
        _options = options;
        _now = CacheClock.Seconds(options.Time);
    }

    /// <summary>What the files held.</summary>
    /// <param name="Caches">With their entries.</param>
    /// <param name="LastFile">The highest number in use.</param>
    /// <param name="LogBytes">Bytes of the log files.</param>
    public sealed record Result(IReadOnlyList<CacheData> Caches, int LastFile, long LogBytes);

    /// <summary>A log file as far as one must know it before its entries count.</summary>
    readonly record struct Log(string Path, int Number, string Boot, uint LastTime, bool Closed);

    /// <summary>The log files and snapshots of a directory, oldest first.</summary>
    public static IReadOnlyList<(string Path, int Number, bool IsSnapshot)> Files(string directory)
    {
        var files = new List<(string, int, bool)>();
        foreach (var path in Directory.EnumerateFiles(directory, "cache-*"))
        {
            var extension = Path.GetExtension(path);
            if (extension is not ".log" and not ".snap") continue;
            if (int.TryParse(Path.GetFileNameWithoutExtension(path.AsSpan())["cache-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                files.Add((path, number, extension == ".snap"));
        }

        files.Sort((a, b) => a.Item2.CompareTo(b.Item2));
        return files;
    }

    public static Result Run(string directory, CacheStoreOptions options, CancellationToken cancellationToken)
    {
        foreach (var unfinished in Directory.EnumerateFiles(directory, "cache-*.tmp")) File.Delete(unfinished);
        var recovery = new CacheRecovery(options);
        var files = Files(directory);
        var snapshot = files.LastOrDefault(f => f.IsSnapshot);
        if (snapshot.Path is not null) recovery.Replay(snapshot.Path, uint.MaxValue, cancellationToken);

        var logs = files.Where(f => !f.IsSnapshot && f.Number >= snapshot.Number).Select(f => Inspect(f.Path, f.Number)).ToList();
        for (var i = 0; i < logs.Count; i++) recovery.Replay(logs[i].Path, recovery.LastTrusted(logs, i), cancellationToken);
        foreach (var (path, number, _) in files)
            if (number < snapshot.Number)
                File.Delete(path);
        return new Result([.. recovery._byId.Values], files.Count == 0 ? 0 : files[^1].Number, logs.Sum(l => new FileInfo(l.Path).Length));
    }

    static Log Inspect(string path, int number)
    {
        var (boot, last, closed) = ("", 0u, false);
        using var reader = new FrameReader(path);
        while (reader.MoveNext())
        {
            last = Math.Max(last, reader.Time);
            var records = new RecordReader(reader.Records.Span);
            if (!records.MoveNext()) continue;
            if (records.Kind == CacheRecord.Boot) boot = records.Text;
            if (records.Kind == CacheRecord.Closed) closed = true;
        }

        return new Log(path, number, boot, last, closed);
    }

    /// <summary>
    /// Up to when the frames of a file count. If the system started anew after it without the store having been closed,
    /// the power may have been lost, and the broker may have lost its last commits: what the cache learned with them
    /// must be forgotten, or the events would be dropped when they are delivered again.
    /// </summary>
    uint LastTrusted(List<Log> logs, int index)
    {
        var boot = logs[index].Boot;
        var end = index;
        while (end + 1 < logs.Count && logs[end + 1].Boot == boot) end++;
        var nextBoot = end + 1 < logs.Count ? logs[end + 1].Boot : _options.BootId;
        if (nextBoot == boot || logs[end].Closed) return uint.MaxValue;
        var lag = (uint)Math.Ceiling(_options.BrokerFlushLag.TotalSeconds);
        var last = logs[end].LastTime;
        for (var i = index; i < end; i++) last = Math.Max(last, logs[i].LastTime);
        return last > lag ? last - lag : 0;
    }

    void Replay(string path, uint lastTrusted, CancellationToken cancellationToken)
    {
        using var reader = new FrameReader(path);
        while (reader.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var trusted = reader.Time <= lastTrusted;
            var records = new RecordReader(reader.Records.Span);
            while (records.MoveNext())
            {
                // Names count in any case: later frames use their numbers.
                if (records.Kind == CacheRecord.Name) Define(records.Cache, records.Text);
                else if (trusted) Apply(records);
            }
        }

        if (reader.Torn) _options.Log?.Write(BotLogLevel.Warning, $"{path} ends within an entry, as after a crash; what was written before it is there.");
    }

    // Neighbours mostly have the same value.
    byte[] Value(ReadOnlySpan<byte> utf8) => utf8.SequenceEqual(_lastValue) ? _lastValue : _lastValue = ValuePool.Get(utf8);

    void Define(ushort id, string name)
    {
        if (!_byId.ContainsKey(id)) _byId.Add(id, new CacheData(name, id, _options));
    }

    void Apply(in RecordReader record)
    {
        if (record.Kind is CacheRecord.Boot or CacheRecord.Closed) return;
        if (!_byId.TryGetValue(record.Cache, out var cache)) throw new InvalidDataException($"An entry belongs to the cache number {record.Cache}, which has no name.");
        if (record.Kind is CacheRecord.SetDigest or CacheRecord.RemoveDigest) ApplyDigest(cache.ShardOf(record.Digest), record);
        else ApplyText(cache.ShardOf(record.Text), record);
    }

    void ApplyDigest(CacheShard shard, in RecordReader record)
    {
        var index = shard.Digests.Find(record.Digest);
        if (record.Kind == CacheRecord.RemoveDigest || record.Expires <= _now)
        {
            if (index >= 0) shard.FreeDigest(index);
            return;
        }

        var value = Value(record.Value);
        if (index < 0) index = shard.Insert(record.Digest, value, _now);
        ref var slot = ref shard.Digests[index];
        shard.Replace(ref slot, value);
        slot.Expires = record.Expires;
    }

    void ApplyText(CacheShard shard, in RecordReader record)
    {
        var index = shard.Texts.Find(record.Text);
        if (record.Kind == CacheRecord.RemoveText || record.Expires <= _now)
        {
            if (index >= 0) shard.FreeText(index);
            return;
        }

        var value = Value(record.Value);
        if (index < 0) index = shard.Insert(record.Text, value, _now);
        ref var slot = ref shard.Texts[index];
        shard.Replace(ref slot, value);
        slot.Expires = record.Expires;
    }
}
