using System.ComponentModel.DataAnnotations;

namespace IntelMQ.Bots.Experts.Aggregate;

/// <summary>Makes one event of many that have the same values in some fields, with their number; too few of them are dropped.</summary>
/// <remarks>
/// The first event opens a group. When <c>timespan</c> has passed since then, the group is closed with the next message that
/// comes, whichever it is: it is sent if it has as many events as <c>threshold</c>. Groups outlive a restart.
/// </remarks>
[Bot("intelmq.bots.experts.aggregate.expert", SingleInstance = true)]
public sealed class AggregateExpert(AggregateExpertOptions options, IBotCache cache) : Expert
{
    static readonly TimeSpan PauseBetweenClosings = TimeSpan.FromSeconds(10);
    static readonly Field CountField = Field.Named("extra.count");
    static readonly Field EndField = Field.Named("extra.time_end");

    readonly MessageHash _hash = MessageHash.Of(options.Fields);
    TimeSpan _timespan;
    OpenGroups? _open;
    DateTimeOffset _nextClosing = DateTimeOffset.MinValue;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _timespan = RelativeTime.Parse(options.Timespan);
        _open = OpenGroups.Load(Path.Combine(Context.StateDirectory, "groups"));
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (message is not Event e) throw new InvalidMessageException("Only events are aggregated, but this message is a report. Put a parser before it.");
        var now = Context.Time.GetUtcNow();
        if (now >= _nextClosing)
        {
            await CloseAsync(now - _timespan, emitter, cancellationToken);
            _nextClosing = now + PauseBetweenClosings;
        }

        await AddAsync(e, now, cancellationToken);
    }

    async ValueTask AddAsync(Event e, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var key = $"aggregate.{_hash.ComputeText(e)}";
        var time = e.Get(e.Has(Fields.TimeSource) ? Fields.TimeSource : Fields.TimeObservation).ToString();
        var count = e.Get(CountField).TryGetInteger(out var number) ? number : 1;
        var group = EventGroup.Parse(await cache.GetAsync(key, cancellationToken));
        if (group is null)
        {
            group = EventGroup.Begin(e, now, time, count);
            _open!.Add(key, group.Begun);
        }
        else
        {
            group = group with { Count = group.Count + count, Last = time };
        }

        await cache.SetAsync(key, group.ToString(), EventGroup.TimeToLive, cancellationToken);
    }

    /// <summary>Closes the groups that were opened before a point in time.</summary>
    async ValueTask CloseAsync(DateTimeOffset before, IEmitter emitter, CancellationToken cancellationToken)
    {
        foreach (var (key, begun) in _open!.Before(before))
        {
            // What is gone has been closed before; only now is it certain that this was not taken back.
            if (EventGroup.Parse(await cache.GetAsync(key, cancellationToken)) is not { } group || group.Begun != begun)
            {
                _open.Remove(key, begun);
                continue;
            }

            if (group.Count >= options.Threshold) await emitter.SendAsync(Closed(group), cancellationToken: cancellationToken);
            await cache.RemoveAsync(key, cancellationToken);
        }

        _open.Tidy();
    }

    Event Closed(EventGroup group)
    {
        var e = group.ToEvent(Context.Format);
        // Messages have a fraction only where there is one.
        e.Set(Fields.TimeSource, group.Begun.Replace(".000000", "", StringComparison.Ordinal));
        e.Set(CountField, group.Count);
        e.Set(EndField, group.Last);
        return e;
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _open?.Dispose();
        return base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="AggregateExpert"/>.</summary>
public sealed record AggregateExpertOptions : BotOptions, ICheckable
{
    /// <summary>Names of the fields whose values the events of a group have in common.</summary>
    public IReadOnlyList<string> Fields { get; init; } = ["classification.type", "classification.identifier"];

    /// <summary>How many events a group must have to be sent.</summary>
    [Range(0, int.MaxValue)]
    public int Threshold { get; init; } = 10;

    /// <summary>For how long a group is open, such as <c>1 hour</c> or <c>30 minutes</c>.</summary>
    public string Timespan { get; init; } = "1 hour";

    /// <summary>Number of the cache. A group is kept until it is closed, whatever <c>redis_cache_ttl</c> says.</summary>
    public int RedisCacheDb { get; init; } = 8;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!RelativeTime.TryParse(Timespan, out _)) yield return new(BotLogLevel.Error, $"'{Timespan}' is no span of time; expected a number and a unit, such as '1 hour'.", "timespan");
    }
}
