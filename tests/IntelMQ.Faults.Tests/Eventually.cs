using System.Diagnostics;

namespace IntelMQ.Faults.Tests;

/// <summary>Waits for what another process brings about.</summary>
static class Eventually
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <param name="condition">Looked at again and again.</param>
    /// <param name="limit">After this time the test fails.</param>
    /// <param name="what">What was waited for, and what is so instead.</param>
    public static async Task IsTrueAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> what)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < limit, $"Waited {limit.TotalSeconds:0} s for: {what()}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }

    public static Task IsTrueAsync(Func<bool> condition, TimeSpan limit, Func<string> what) => IsTrueAsync(() => Task.FromResult(condition()), limit, what);
}
