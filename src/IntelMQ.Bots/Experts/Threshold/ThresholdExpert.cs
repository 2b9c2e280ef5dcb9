using System.ComponentModel.DataAnnotations;

namespace IntelMQ.Bots.Experts.Threshold;

/// <summary>Lets one message through of many that say the same: the one with which their number reaches the threshold.</summary>
/// <remarks>
/// Messages are the same if the fields that count are. Each starts the time anew for which their number is remembered, so
/// that it is a pause of <c>redis_cache_ttl</c> seconds after which counting begins again.
/// </remarks>
[Bot("intelmq.bots.experts.threshold.expert")]
public sealed class ThresholdExpert(ThresholdExpertOptions options, IBotCache cache) : Expert
{
    static readonly Field CountField = Field.Named("extra.count");

    readonly MessageHash _hash = FieldFilter.HashOf(options.FilterType, options.FilterKeys);
    readonly KeyValuePair<Field, FieldValue>[] _added = [.. (options.AddKeys.Map ?? new Dictionary<string, object?>()).Select(pair => KeyValuePair.Create(Field.Named(pair.Key), FieldValue.From(pair.Value)))];

    /// <inheritdoc />
    protected override async ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (!options.Bypass)
        {
            var count = await cache.IncrementAsync(_hash.ComputeText(message), by: 1, timeToLive: null, cancellationToken);
            if (count != options.Threshold) return;

            foreach (var (field, value) in _added) message.Set(field, value);
            message.Set(CountField, count);
        }

        await emitter.SendAsync(message, cancellationToken: cancellationToken);
    }
}

/// <summary>Parameters of <see cref="ThresholdExpert"/>.</summary>
public sealed record ThresholdExpertOptions : BotOptions, ICheckable
{
    /// <summary>Names of fields that are left out of the comparison, or the only ones that are compared, see <c>filter_type</c>.</summary>
    public IReadOnlyList<string> FilterKeys { get; init; } = ["raw", "time.observation"];

    /// <summary>Whether <c>filter_keys</c> are left out (<c>blacklist</c>) or the only ones that count (<c>whitelist</c>).</summary>
    public FieldFilterType FilterType { get; init; }

    /// <summary>How many messages must say the same before one is passed on.</summary>
    [Range(1, int.MaxValue)]
    public int Threshold { get; init; } = 100;

    /// <summary>Fields with the values that the message gets which is passed on.</summary>
    [Parameter(DefaultJson = """{"comment": "Threshold reached"}""")]
    public FieldValue AddKeys { get; init; } = FieldValue.From(new Dictionary<string, object?> { ["comment"] = "Threshold reached" });

    /// <summary>Passes everything on and counts nothing.</summary>
    public bool Bypass { get; init; }

    /// <summary>Number of the cache; bots with the same number share it.</summary>
    public int RedisCacheDb { get; init; } = 11;

    /// <summary>After how many seconds without such a message counting begins anew.</summary>
    public TimeSpan RedisCacheTtl { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>Has no effect, as in the original, whose documentation names it; <c>redis_cache_ttl</c> is meant.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (RedisCacheTtl <= TimeSpan.Zero) yield return new(BotLogLevel.Error, "The time must be more than 0 seconds: numbers that are remembered for ever would grow for ever.", "redis_cache_ttl");
        if (Timeout is not null) yield return new(BotLogLevel.Warning, "This parameter has no effect; 'redis_cache_ttl' says when counting begins anew.", "timeout");
        if (AddKeys.Map is null && !AddKeys.IsNone) yield return new(BotLogLevel.Error, $"{PythonValues.Repr(AddKeys)} is no map; expected fields with values.", "add_keys");
    }
}
