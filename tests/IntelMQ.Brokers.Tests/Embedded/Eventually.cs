namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>Waits for something that another task brings about.</summary>
internal static class Eventually
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task IsTrueAsync(Func<bool> condition)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        while (!condition())
        {
            Assert.True(clock.GetElapsedTime(start) < Deadline, "The condition did not come true in time.");
            await Task.Delay(TimeSpan.FromMilliseconds(2), clock, TestContext.Current.CancellationToken);
        }
    }
}
