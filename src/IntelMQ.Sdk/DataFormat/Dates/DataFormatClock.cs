namespace IntelMQ.Sdk;

/// <summary>
/// The time that dates without a year, month or day are completed from. Types of the data format are shared by all
/// bots, so the clock stands beside them; a test sets it for what it awaits.
/// </summary>
static class DataFormatClock
{
    static readonly AsyncLocal<TimeProvider?> Override = new();

    /// <summary>The clock in use.</summary>
    public static TimeProvider Current => Override.Value ?? TimeProvider.System;

    /// <summary>Uses another clock in the current flow of control; null goes back to the system's.</summary>
    public static void Use(TimeProvider? clock) => Override.Value = clock;
}
