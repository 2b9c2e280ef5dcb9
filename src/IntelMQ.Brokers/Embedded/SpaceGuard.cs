namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// Makes senders wait before the disk is full. Collectors wait first: bots that acknowledge as they send free at least as
/// much as they take, and stopping them would keep the disk full for ever.
/// </summary>
internal sealed class SpaceGuard(EmbeddedBrokerOptions options, string directory, Action<BrokerNotice> notify)
{
    readonly Lock _gate = new();

    TaskCompletionSource? _room;
    volatile Level _level;
    volatile bool _noRoom;
    volatile string? _obstacle;

    enum Level
    {
        Enough,
        Low,
        Exhausted,
    }

    /// <summary>Some senders wait, or the last commit found no room.</summary>
    public bool IsLow => _level != Level.Enough || _noRoom;

    /// <summary>Why senders wait, a sentence; null when they do not.</summary>
    public string? Obstacle => _obstacle;

    public bool MustWait(Commit commit) => _level switch
    {
        Level.Enough => false,
        Level.Low => commit.Source is null && commit.Sends.Count > 0,
        _ => commit.Sends.Count > 0,
    };

    /// <summary>Completes when there may be room again.</summary>
    public Task RoomAsync()
    {
        lock (_gate)
        {
            if (_level == Level.Enough) return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>A commit found the disk full. Until the next look at the disk the queues are shown as full.</summary>
    public void ReportNoRoom() => _noRoom = true;

    /// <summary>Looks at the disk.</summary>
    public void Look()
    {
        _noRoom = false;
        if (options.MinimumFreeBytes <= 0) return;
        var free = options.Files.FreeBytes(directory);
        var level = free >= options.MinimumFreeBytes ? Level.Enough
            : free >= options.MinimumFreeBytes / 4 ? Level.Low
            : Level.Exhausted;
        var before = _level;
        _obstacle = level == Level.Enough ? null : $"The disk of {directory} has {free} bytes left, less than the {options.MinimumFreeBytes} to be kept free; intake waits.";
        _level = level;
        if (level == before) return;
        if (level == Level.Enough)
            notify(new BrokerNotice(BrokerNoticeKind.SpaceBack, $"The disk of {directory} has room again ({free} bytes); intake goes on."));
        else if (before == Level.Enough)
            notify(new BrokerNotice(BrokerNoticeKind.LowSpace, _obstacle!, File: directory));
        if (level < before) Release();
    }

    /// <summary>Lets those who wait look again.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _room?.TrySetResult();
            _room = null;
        }
    }
}
