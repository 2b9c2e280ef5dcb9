namespace IntelMQ.Services;

/// <summary>Times of entries: whole seconds since 1970 in 32 bits, which last until 2106.</summary>
static class CacheClock
{
    /// <summary>An entry that does not expire.</summary>
    public const uint Never = uint.MaxValue;

    public static uint Seconds(TimeProvider time) => (uint)Math.Clamp(time.GetUtcNow().ToUnixTimeSeconds(), 0, Never - 1);

    /// <summary>When something that lives so long from now on ends; part of a second counts as one.</summary>
    public static uint Ends(uint now, TimeSpan? timeToLive)
    {
        if (timeToLive is not { } span || span <= TimeSpan.Zero) return Never;
        var ends = now + Math.Ceiling(span.TotalSeconds);
        return ends >= Never ? Never : (uint)ends;
    }
}
