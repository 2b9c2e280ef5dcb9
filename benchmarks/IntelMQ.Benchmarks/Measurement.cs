using System.Diagnostics;
using System.Globalization;

namespace IntelMQ.Benchmarks;

/// <summary>What a run cost.</summary>
/// <param name="Workload">Its name.</param>
/// <param name="Items">Lines or events that went in.</param>
/// <param name="Hops">Bots that each of them passed; 1 for the floor.</param>
/// <param name="Elapsed">Wall-clock time.</param>
/// <param name="Cpu">Time of all cores of this process.</param>
/// <param name="Allocated">Bytes of managed memory.</param>
/// <param name="PeakMemory">Largest resident size of the process in bytes, start-up included.</param>
sealed record Measurement(string Workload, long Items, int Hops, TimeSpan Elapsed, TimeSpan Cpu, long Allocated, long PeakMemory)
{
    public double PerSecond => Items / Elapsed.TotalSeconds;

    public double CpuPerItem => Cpu.TotalMicroseconds / Items;

    public double CpuPerHop => CpuPerItem / Hops;

    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Workload,-28} {Items,10:n0} {PerSecond,12:n0} {CpuPerItem,10:0.00} {CpuPerHop,10:0.00} {(double)Allocated / Items / Hops,12:n0} {PeakMemory >> 20,8:n0}");

    public static string Header => $"{"workload",-28} {"items",10} {"items/s",12} {"CPU µs",10} {"per hop",10} {"bytes/hop",12} {"peak MB",8}";
}

/// <summary>Takes the readings around a run.</summary>
sealed class Meter
{
    readonly Process _process = Process.GetCurrentProcess();
    readonly TimeSpan _cpu;
    readonly long _allocated;
    readonly long _started;

    Meter()
    {
        _allocated = GC.GetTotalAllocatedBytes();
        _cpu = _process.TotalProcessorTime;
        _started = Stopwatch.GetTimestamp();
    }

    public static Meter Start()
    {
        GC.Collect();
        return new Meter();
    }

    public Measurement Stop(string workload, long items, int hops)
    {
        var elapsed = Stopwatch.GetElapsedTime(_started);
        _process.Refresh();
        return new(workload, items, hops, elapsed, _process.TotalProcessorTime - _cpu, GC.GetTotalAllocatedBytes() - _allocated, _process.PeakWorkingSet64);
    }
}
