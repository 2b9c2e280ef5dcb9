namespace IntelMQ.Bots.Experts.Deduplicator;

/// <summary>Drops messages that say the same as one from before.</summary>
/// <remarks>
/// What has passed is remembered for <c>redis_cache_ttl</c> seconds, over restarts. Bots with the same
/// <c>redis_cache_db</c> share what they remember.
/// </remarks>
[Bot("intelmq.bots.experts.deduplicator.expert")]
public sealed class DeduplicatorExpert(DeduplicatorExpertOptions options, IBotCache cache) : Expert
{
    readonly MessageHash _hash = FieldFilter.HashOf(options.FilterType, options.FilterKeys);

    /// <inheritdoc />
    protected override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (options.Bypass) return emitter.SendAsync(message, cancellationToken: cancellationToken);

        var adding = cache.TryAddAsync(_hash.ComputeText(message), "hash", timeToLive: null, cancellationToken);
        if (!adding.IsCompletedSuccessfully) return SendIfNewAsync(adding, message, emitter, cancellationToken);
        return adding.Result ? emitter.SendAsync(message, cancellationToken: cancellationToken) : default;
    }

    static async ValueTask SendIfNewAsync(ValueTask<bool> adding, Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (await adding) await emitter.SendAsync(message, cancellationToken: cancellationToken);
    }
}

/// <summary>Parameters of <see cref="DeduplicatorExpert"/>.</summary>
public sealed record DeduplicatorExpertOptions : BotOptions
{
    /// <summary>Names of fields that are left out of the comparison, or the only ones that are compared, see <c>filter_type</c>.</summary>
    public IReadOnlyList<string> FilterKeys { get; init; } = ["raw", "time.observation"];

    /// <summary>Whether <c>filter_keys</c> are left out (<c>blacklist</c>) or the only ones that count (<c>whitelist</c>).</summary>
    public FieldFilterType FilterType { get; init; }

    /// <summary>Passes everything on and remembers nothing.</summary>
    public bool Bypass { get; init; }

    /// <summary>Number of the cache; bots with the same number share it.</summary>
    public int RedisCacheDb { get; init; } = 6;

    /// <summary>For how many seconds a message is remembered.</summary>
    public TimeSpan RedisCacheTtl { get; init; } = TimeSpan.FromSeconds(86400);
}
