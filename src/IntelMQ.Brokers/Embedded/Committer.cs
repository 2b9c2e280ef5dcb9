namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// Writes groups of steps, one group at a time: first the logs of all queues concerned, then one journal record that makes
/// it all count. Whoever brings a step while nobody writes does the writing, also for those who come meanwhile: no thread
/// waits for work, and under load groups form by themselves.
/// </summary>
internal sealed class Committer(StoreJournal journal, Durability durability, Action<BrokerException> onFull) : IThreadPoolWorkItem
{
    readonly Lock _gate = new();
    readonly CommitGroup _group = new();
    readonly List<AppendEntry> _entries = [];

    List<Step> _pending = [];
    List<Step> _working = [];
    bool _leading;
    bool _closed;
    TaskCompletionSource? _idle;

    /// <summary>Does the step as a whole or throws.</summary>
    public ValueTask SubmitAsync(Step step)
    {
        Task? completion = null;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(EmbeddedBroker));
            // A flush takes milliseconds: it is not done on the thread of the bot that happens to come first.
            if (_leading || durability == Durability.Commit) completion = step.CompletionAsync();
            _pending.Add(step);
            if (_leading) return new ValueTask(completion!);
            _leading = true;
        }

        if (completion is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return new ValueTask(completion);
        }

        WriteOneGroup();
        if (!TryRest()) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return step.Error is null ? ValueTask.CompletedTask : ValueTask.FromException(step.Error);
    }

    void IThreadPoolWorkItem.Execute()
    {
        do WriteOneGroup();
        while (!TryRest());
    }

    /// <summary>Refuses further steps and returns when the last group is written.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (!_leading) return Task.CompletedTask;
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    bool TryRest()
    {
        lock (_gate)
        {
            if (_pending.Count > 0) return false;
            _leading = false;
            _idle?.TrySetResult();
            return true;
        }
    }

    void WriteOneGroup()
    {
        lock (_gate) (_pending, _working) = (_working, _pending);
        Write(_working);
        foreach (var step in _working) step.Complete();
        _working.Clear();
    }

    void Write(List<Step> steps)
    {
        if (TryWrite(steps, out var error)) return;
        if (steps.Count == 1)
        {
            if (error is BrokerFullException && steps[0].FreesSpace && journal.ReleaseReserve() && TryWrite(steps, out error)) return;
            steps[0].Fail(error!);
            if (error is BrokerFullException) onFull(error);
            return;
        }

        // One of them may be what does not fit: the others must not suffer for it.
        var single = new List<Step>(1);
        foreach (var step in steps)
        {
            single.Clear();
            single.Add(step);
            Write(single);
        }
    }

    bool TryWrite(List<Step> steps, out BrokerException? error)
    {
        error = null;
        _entries.Clear();
        try
        {
            _group.Begin(journal.NextGroup);
            journal.Prepare();
            foreach (var step in steps) step.Stage(_group);
            WriteLogs();
            if (!_group.Journal.IsEmpty) journal.Write(_group.Journal, durability == Durability.Commit);
        }
        catch (Exception exception)
        {
            foreach (var queue in _group.Dirty) queue.Rollback();
            error = Explain(exception);
            return false;
        }

        for (var index = 0; index < _entries.Count; index++)
            _group.Dirty[index].Accept(_entries[index], durability == Durability.Commit);
        foreach (var step in steps) step.Apply();
        return true;
    }

    void WriteLogs()
    {
        foreach (var queue in _group.Dirty)
        {
            var entry = queue.Log.Write();
            _entries.Add(entry);
            _group.Journal.Appended(entry);
        }

        if (durability != Durability.Commit) return;
        foreach (var queue in _group.Dirty) queue.Log.FlushStaged();
    }

    static BrokerException Explain(Exception exception) => exception switch
    {
        BrokerException own => own,
        IOException { HResult: DiskFull or QuotaFull or FileTooBig or WindowsDiskFull } full =>
            new BrokerFullException($"The store has no room for more messages: {full.Message}", full),
        _ => new BrokerException($"The commit could not be written: {exception.Message}", exception),
    };

    // ENOSPC, EDQUOT and EFBIG of Linux, as .NET hands them on, and ERROR_DISK_FULL of Windows.
    const int DiskFull = 28;
    const int QuotaFull = 122;
    const int FileTooBig = 27;
    const int WindowsDiskFull = unchecked((int)0x80070070);
}
