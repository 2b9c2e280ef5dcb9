namespace IntelMQ.Brokers.Embedded;

/// <summary>What happens every second beside the commits: flush, give disk space back, look at the free space.</summary>
internal sealed class Housekeeping(
    EmbeddedBrokerOptions options, StoreJournal journal, Committer committer, SpaceGuard space,
    Func<ICollection<EmbeddedQueue>> queues, string directory, Action<BrokerNotice> notify) : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();

    Task _loop = Task.CompletedTask;
    long _synced;
    bool _failed;

    public void Start()
    {
        space.Look();
        _synced = journal.Group;
        _loop = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    async Task RunAsync()
    {
        using var timer = new PeriodicTimer(options.FlushInterval, options.TimeProvider);
        while (await timer.WaitForNextTickAsync(_stop.Token)) await TryOnceAsync();
    }

    async Task TryOnceAsync()
    {
        try
        {
            await OnceAsync();
            _failed = false;
        }
        catch (Exception exception)
        {
            // Tried again at the next tick; told once, not every second.
            if (_failed) return;
            _failed = true;
            notify(new BrokerNotice(
                BrokerNoticeKind.HousekeepingFailed,
                $"The store {directory} could not be tidied up: {exception.Message} This is tried again.", File: directory));
        }
    }

    /// <summary>One round. Costs nothing while nothing happens.</summary>
    public async Task OnceAsync()
    {
        space.Look();
        if (space.IsLow) await PurgeAsync();
        if (journal.Group == _synced) return;

        long group = 0;
        List<(EmbeddedQueue Queue, Segment Segment)> reclaimable = [];
        await committer.SubmitAsync(new LookStep(() =>
        {
            group = journal.Group;
            FindReclaimable(reclaimable);
        }));
        FlushLogs();
        await committer.SubmitAsync(new SyncedStep(group));
        FlushJournal();
        _synced = journal.Group == group + 1 ? group + 1 : group;
        foreach (var (queue, segment) in reclaimable) queue.Reclaim(segment, directory);
        journal.EnsureReserve();
    }

    // Only what the journal on the disk says is done may go, so this list is made before the flush and used after it.
    void FindReclaimable(List<(EmbeddedQueue Queue, Segment Segment)> reclaimable)
    {
        foreach (var queue in queues())
        {
            foreach (var segment in queue.Reclaimable())
            {
                if (queue.Log.IsActive(segment)) queue.Log.LeaveActive();
                reclaimable.Add((queue, segment));
            }
        }
    }

    void FlushLogs()
    {
        try
        {
            foreach (var queue in queues())
                if (queue.Log.NeedsFlush) queue.Log.Flush();
        }
        catch (IOException exception)
        {
            ReportFlush(exception);
            throw;
        }
    }

    void FlushJournal()
    {
        var current = journal.Current;
        try
        {
            current.Flush();
        }
        catch (ObjectDisposedException) when (current != journal.Current)
        {
            // A new journal has taken its place meanwhile, and that began on the disk.
        }
        catch (IOException exception)
        {
            ReportFlush(exception);
            throw;
        }
    }

    void ReportFlush(IOException exception)
    {
        if (_failed) return;
        notify(new BrokerNotice(
            BrokerNoticeKind.FlushFailed,
            $"The disk of {directory} refused a flush: {exception.Message} What was written is lost if the power fails now.",
            File: directory));
    }

    async Task PurgeAsync()
    {
        var cleared = queues().Where(queue => queue.ClearedRanges.Count > 0).ToList();
        if (cleared.Count == 0) return;
        await committer.SubmitAsync(new PurgeStep(cleared));
        notify(new BrokerNotice(
            BrokerNoticeKind.ClearedPurged,
            $"The disk of {directory} is nearly full: cleared messages of {string.Join(", ", cleared.Select(queue => queue.Name))} cannot come back any more.",
            File: directory));
    }
}
