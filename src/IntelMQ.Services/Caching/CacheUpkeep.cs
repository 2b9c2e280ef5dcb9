using IntelMQ.Sdk;

namespace IntelMQ.Services;

/// <summary>What happens to a store beside its use: flushing, and rewriting the log as a snapshot of what is alive.</summary>
static class CacheUpkeep
{
    const int FrameBytes = 64 * 1024;

    public static async Task RunAsync(CacheLog log, Func<IReadOnlyList<CacheData>> caches, CacheStoreOptions options, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.FlushInterval, options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    log.Flush();
                    if (log.Bytes > options.CompactionBytes && log.Bytes > 2 * AliveBytes(caches())) await CompactAsync(log, caches(), options, cancellationToken);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    options.Log?.Write(BotLogLevel.Error, $"The cache in {log.Directory} cannot be written; entries of now may be missing after a restart.", e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The store is being closed.
        }
    }

    static long AliveBytes(IReadOnlyList<CacheData> caches) => caches.Sum(c => c.Status().Bytes);

    /// <summary>Writes what is alive and completed to a snapshot, then deletes the files that it replaces.</summary>
    /// <remarks>
    /// The next log file is begun before the first entry is read. An entry that changes meanwhile may stand in the
    /// snapshot in its new state; the log then says the same once more.
    /// </remarks>
    public static async ValueTask CompactAsync(CacheLog log, IReadOnlyList<CacheData> caches, CacheStoreOptions options, CancellationToken cancellationToken)
    {
        var number = log.Rotate();
        var path = CacheLog.SnapshotPath(log.Directory, number);
        var temporary = path + ".tmp";
        await using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            WriteSnapshot(file, caches, options);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
        }

        // What the snapshot knows must be on the disk at the broker too before the files without it are gone.
        await Task.Delay(options.BrokerFlushLag, options.Time, cancellationToken);
        File.Move(temporary, path, overwrite: true);
        log.DeleteBefore(number);
    }

    static void WriteSnapshot(FileStream file, IReadOnlyList<CacheData> caches, CacheStoreOptions options)
    {
        var frame = new FrameWriter();
        CacheLog.WriteHeader(frame, caches, options);
        foreach (var shard in caches.SelectMany(c => c.Shards))
        {
            for (var from = 0; from >= 0;)
            {
                from = CopySome(shard, from, frame, CacheClock.Seconds(options.Time));
                if (frame.Length < FrameBytes && from >= 0) continue;
                file.Write(frame.Finish(CacheClock.Seconds(options.Time)));
                frame.Clear();
            }
        }

        frame.Closed();
        file.Write(frame.Finish(CacheClock.Seconds(options.Time)));
    }

    /// <summary>Copies the entries of a few hundred slots, so that the shard is not locked for long.</summary>
    /// <returns>Where to go on; -1 at the end.</returns>
    static int CopySome(CacheShard shard, int from, FrameWriter frame, uint now)
    {
        const int Slots = 256;
        lock (shard.Gate)
        {
            var end = from + Slots;
            for (var i = from; i < Math.Min(end, shard.Digests.Used); i++)
            {
                ref var slot = ref shard.Digests[i];
                if (slot.Value is not null && slot.Owner == 0 && slot.Expires > now) frame.Set(shard.Cache.Id, slot);
            }

            for (var i = from; i < Math.Min(end, shard.Texts.Used); i++)
            {
                ref var slot = ref shard.Texts[i];
                if (slot.Value is not null && slot.Owner == 0 && slot.Expires > now) frame.Set(shard.Cache.Id, slot);
            }

            return end < Math.Max(shard.Digests.Used, shard.Texts.Used) ? end : -1;
        }
    }
}
