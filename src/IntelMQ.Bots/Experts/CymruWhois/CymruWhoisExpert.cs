namespace IntelMQ.Bots.Experts.CymruWhois;

/// <summary>Adds what the service of Team Cymru knows about the network of an address: autonomous system, country, registry, date of allocation.</summary>
/// <remarks>
/// Works on both sides and asks the domain name system. Answers are remembered for <c>redis_cache_ttl</c> seconds, also
/// those that nothing is known.
/// </remarks>
[Bot("intelmq.bots.experts.cymru_whois.expert")]
public sealed class CymruWhoisExpert(CymruWhoisExpertOptions options, IDnsResolver dns, IBotCache cache) : Enricher
{
    // A server that does not answer is asked again soon, but not for each event.
    static readonly TimeSpan SilenceRemembered = TimeSpan.FromMinutes(5);

    readonly CymruQuery _query = new(dns);

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var side in Side.Both)
            if (e.TryGet(side.Ip, out var address) && await LookUpAsync(address, cancellationToken) is { } answer)
                Add(e, side, answer);
    }

    async ValueTask<CymruAnswer?> LookUpAsync(string address, CancellationToken cancellationToken)
    {
        var key = $"{(address.Contains(':', StringComparison.Ordinal) ? '6' : '4')}_{address}";
        if (await cache.GetAsync(key, cancellationToken) is { } cached) return CymruAnswer.FromJson(cached);

        CymruAnswer? answer = null;
        TimeSpan? timeToLive = null;
        try
        {
            answer = await _query.AskAsync(address, cancellationToken);
        }
        catch (TransientException e)
        {
            Log.Info($"No answer about '{address}': {e.Message}");
            timeToLive = options.RedisCacheTtl < SilenceRemembered ? null : SilenceRemembered;
        }

        await cache.SetAsync(key, CymruAnswer.ToJson(answer), timeToLive, cancellationToken);
        return answer;
    }

    void Add(Event e, Side side, CymruAnswer answer)
    {
        Add(e, side.Asn, answer.Asn);
        Add(e, side.Network, answer.Network);
        Add(e, side.GeolocationCc, answer.Country);
        if (answer.Registry != "other") Add(e, side.Registry, answer.Registry);
        Add(e, side.Allocated, answer.Allocated);
        Add(e, side.AsName, answer.AsName);
    }

    void Add(Event e, Field field, string? value)
    {
        if (value is not null && (options.Overwrite || !e.Has(field))) e.Set(field, value);
    }
}

/// <summary>Parameters of <see cref="CymruWhoisExpert"/>.</summary>
public sealed record CymruWhoisExpertOptions : BotOptions
{
    /// <summary>Replaces values that the event already has.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Number of the cache; bots with the same number share it.</summary>
    public int RedisCacheDb { get; init; } = 5;

    /// <summary>For how many seconds an answer is remembered.</summary>
    public TimeSpan RedisCacheTtl { get; init; } = TimeSpan.FromSeconds(86400);
}
