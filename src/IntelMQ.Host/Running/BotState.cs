namespace IntelMQ.Host.Running;

/// <summary>What a bot is doing.</summary>
enum BotState
{
    /// <summary>It was never started, or it was stopped.</summary>
    Stopped,

    /// <summary>Its code is loaded and its <c>StartAsync</c> runs.</summary>
    Starting,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It ran into something that needs an operator, or ended with <c>error_procedure: stop</c>.</summary>
    Failed,

    /// <summary>It crashed and will be started again.</summary>
    BackingOff,

    /// <summary>It was asked to stop and is finishing what it has in hand.</summary>
    Stopping,

    /// <summary>It ran in scheduled mode and is done.</summary>
    Finished,
}

/// <summary>What <c>status</c> and the interfaces show of a bot.</summary>
/// <param name="Id">Key in <c>runtime.yaml</c>.</param>
/// <param name="Module">Name of its code.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Enabled">Whether <c>start</c> without a name starts it.</param>
/// <param name="Reason">Why it is not running, or what hinders it now; a sentence, or null.</param>
/// <param name="Package">Id and version of the package its code is from, once it was started.</param>
/// <param name="Started">When it was started last.</param>
/// <param name="Restarts">How often it, or its own process, was started again after a crash.</param>
/// <param name="Counters">What went through.</param>
/// <param name="Abandoned">How many of its runs did not stop when they were to and still have a thread of the host.</param>
sealed record BotStatus(
    string Id,
    string Module,
    BotState State,
    bool Enabled,
    string? Reason,
    string? Package,
    DateTimeOffset? Started,
    int Restarts,
    CounterValues Counters,
    int Abandoned = 0);

/// <summary>Numbers of a bot since it was started.</summary>
/// <param name="Received">Messages taken from the source queue and finished; runs of a collector.</param>
/// <param name="Sent">Messages handed to paths.</param>
/// <param name="Dropped">Messages finished without sending anything (of an output: none).</param>
/// <param name="Failed">Messages and rows that were dumped or given up.</param>
/// <param name="Retries">Attempts that were repeated.</param>
/// <param name="PerPath">Messages per path.</param>
sealed record CounterValues(long Received, long Sent, long Dropped, long Failed, long Retries, IReadOnlyDictionary<string, long> PerPath);
