using System.Globalization;

namespace IntelMQ.Bots.Experts.Aggregate;

/// <summary>Events that have been counted together, as the cache holds them: one fact a line, so that counting need not read the event.</summary>
/// <param name="Begun">When the first one came, in the form of messages.</param>
/// <param name="Last">The time of the last one.</param>
/// <param name="Count">How many there were.</param>
/// <param name="First">The first one as JSON.</param>
sealed record EventGroup(string Begun, string Last, long Count, string First)
{
    /// <summary>Longer than any group is open.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromDays(3650);

    public static EventGroup Begin(Event first, DateTimeOffset now, string time, long count) =>
        new(now.ToString("yyyy-MM-ddTHH:mm:ss.ffffff+00:00", CultureInfo.InvariantCulture), time, count, JsonText.Write(FieldValue.From(first.ToMap())));

    /// <summary>Reads what <see cref="ToString"/> has written; null for nothing, and for what something else has written.</summary>
    public static EventGroup? Parse(string? text) =>
        text?.Split('\n', 4) is [var count, var begun, var last, var first] && long.TryParse(count, CultureInfo.InvariantCulture, out var number) ? new(begun, last, number, first) : null;

    public Event ToEvent(DataFormat format)
    {
        var e = new Event(format);
        e.Update(JsonText.Parse(First).Map!);
        return e;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count}\n{Begun}\n{Last}\n{First}");
}
