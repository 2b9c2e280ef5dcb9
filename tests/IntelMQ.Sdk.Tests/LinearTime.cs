using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace IntelMQ.Sdk.Tests;

/// <summary>Demands that work grows with its input and no faster, by the processor time of the thread that does it.</summary>
static partial class LinearTime
{
    const int Growth = 8;

    // Quadratic work takes 64 times as long for eight times the input; three times the fair share leaves room for caches and collections.
    const double MostRatio = Growth * 3;

    // A million million steps take ten seconds even where one instruction does 32 of them; large inputs pay for their memory on top.
    static readonly TimeSpan SurelyLinear = TimeSpan.FromMilliseconds(250);

    /// <param name="what">What the error calls it.</param>
    /// <param name="size">Of the input.</param>
    /// <param name="make">Makes an input of a size.</param>
    /// <param name="work">Must not throw.</param>
    public static void Demand<T>(string what, int size, Func<int, T> make, Action<T> work)
    {
        var large = Measure(make(size), work);
        if (large < SurelyLinear) return;

        var small = Measure(make(size / Growth), work);
        for (var attempt = 0; attempt < 4 && large > small * MostRatio; attempt++)
        {
            // What else happened in that time, such as compilation, happens once.
            large = Min(large, Measure(make(size), work));
            small = Min(small, Measure(make(size / Growth), work));
        }

        Assert.True(large < SurelyLinear || large <= small * MostRatio, $"{what}: {size} took {large.TotalMilliseconds:0} ms, an eighth of that {small.TotalMilliseconds:0} ms.");
    }

    static TimeSpan Measure<T>(T input, Action<T> work)
    {
        var before = ThreadTime();
        work(input);
        return ThreadTime() - before;
    }

    static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    static TimeSpan ThreadTime()
    {
        const int ThreadClock = 3;
        return ClockGetTime(ThreadClock, out var time) == 0 ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / 100) : throw new InvalidOperationException("There is no clock for a thread.");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out Time time);

    readonly struct Time
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
