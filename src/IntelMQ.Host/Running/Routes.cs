namespace IntelMQ.Host.Running;

/// <summary>Where the messages of a bot go: its paths, each with its queues.</summary>
sealed class Routes
{
    readonly Dictionary<string, Route> _paths;

    public Routes(IReadOnlyDictionary<string, IReadOnlyList<string>> paths, bool loadBalance)
    {
        _paths = paths.ToDictionary(p => p.Key, p => new Route(p.Key, [.. p.Value], loadBalance), StringComparer.Ordinal);
        Default = _paths.GetValueOrDefault(Sdk.QueuePath.Default);
    }

    public Route? Default { get; }

    public IEnumerable<string> Paths => _paths.Keys;

    public IEnumerable<string> Queues => _paths.Values.SelectMany(p => p.Queues).Distinct(StringComparer.Ordinal);

    public bool IsEmpty => _paths.Count == 0;

    public Route? Find(string path) =>
        ReferenceEquals(path, Sdk.QueuePath.Default) ? Default : _paths.GetValueOrDefault(path);
}

/// <summary>One path with its queues.</summary>
sealed class Route(string path, string[] queues, bool loadBalance)
{
    int _next = -1;

    public string Path { get; } = path;

    public IReadOnlyList<string> Queues => queues;

    /// <summary>The queues that the next message goes to: all, or with load balancing one in turn.</summary>
    public ReadOnlySpan<string> Next()
    {
        if (!loadBalance || queues.Length < 2) return queues;
        // Each path counts for itself: the original shares one counter and can run beyond a shorter list.
        return queues.AsSpan((int)((uint)Interlocked.Increment(ref _next) % (uint)queues.Length), 1);
    }
}
