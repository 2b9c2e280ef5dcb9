using System.Diagnostics;

namespace IntelMQ.Host.Running;

/// <summary>What a worker is doing: written by the worker, read by whoever asks for the status.</summary>
sealed class WorkerActivity
{
    long _busySince;

    /// <summary>When the message in hand was begun, as a timestamp of <see cref="Stopwatch"/>; 0 when idle.</summary>
    public long BusySince => Volatile.Read(ref _busySince);

    /// <summary>What hinders the worker at present, a sentence; null when nothing does.</summary>
    public string? Hindrance { get; private set; }

    /// <summary>The bot gets a message.</summary>
    public void Begin() => Volatile.Write(ref _busySince, Stopwatch.GetTimestamp());

    /// <summary>The bot has nothing in hand.</summary>
    public void Rest() => Volatile.Write(ref _busySince, 0);

    /// <summary>Something hinders the worker.</summary>
    public void Hinder(string sentence) => Hindrance = sentence;

    /// <summary>The bot waits before it tries again what failed.</summary>
    public void WaitToRetry(string problem, TimeSpan delay)
    {
        var end = problem.Length > 0 && problem[^1] is '.' or '!' or '?' ? "" : ".";
        Hinder($"{problem}{end} Trying again every {delay.TotalSeconds:0.#} s.");
        Rest();
    }

    /// <summary>Nothing hinders the worker.</summary>
    public void GoOn() => Hindrance = null;
}
