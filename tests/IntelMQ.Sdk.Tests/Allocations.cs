using System.Diagnostics;

namespace IntelMQ.Sdk.Tests;

static class Allocations
{
    /// <summary>
    /// The bytes that an action allocates once the runtime has optimized what it calls; before that, library code
    /// allocates in places where later it does not.
    /// </summary>
    public static long Least(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        var least = long.MaxValue;
        while (least > 0 && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20))
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
