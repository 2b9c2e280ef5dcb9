namespace IntelMQ.Conformance;

/// <summary>Stands where the clock stood when something was recorded.</summary>
sealed class RecordingClock(DateTimeOffset now) : TimeProvider
{
    /// <summary>When the calls of the library were recorded.</summary>
    public static RecordingClock OfLibrary { get; } = new(new(2024, 3, 15, 12, 34, 56, TimeSpan.Zero));

    public override DateTimeOffset GetUtcNow() => now;
}
