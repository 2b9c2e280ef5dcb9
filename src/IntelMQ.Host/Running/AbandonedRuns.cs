namespace IntelMQ.Host.Running;

/// <summary>
/// Runs of a bot that did not stop when they were told to. They can commit nothing any more, but the thread that their code
/// keeps is lost to the host until it returns.
/// </summary>
sealed class AbandonedRuns
{
    int _count;

    /// <summary>How many have not returned.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>What the status says about them; null when there are none.</summary>
    public string? Text => Count switch
    {
        0 => null,
        1 => "A run that did not stop was abandoned and still has a thread of the host; only the end of the host gives it back.",
        var count => $"{count} runs that did not stop were abandoned and still have threads of the host; only the end of the host gives them back.",
    };

    /// <summary>Counts a run until it returns.</summary>
    public void Add(Task run)
    {
        Interlocked.Increment(ref _count);
        run.ContinueWith(_ => Interlocked.Decrement(ref _count), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
