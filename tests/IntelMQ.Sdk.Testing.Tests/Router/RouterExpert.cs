namespace IntelMQ.Sdk.Testing.Tests.Router;

/// <summary>Sends events with a certain country on a path of their own, and counts them.</summary>
[Bot("intelmq.bots.experts.kit.router")]
public sealed class RouterExpert(RouterOptions options, IBotCache cache, TimeProvider time) : Expert
{
    /// <inheritdoc />
    protected override async ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (!message.TryGet(Fields.Source.GeolocationCc, out var country)) throw new InvalidMessageException("The event has no country.");
        Log.Info($"Seen {await cache.IncrementAsync(country, 1, TimeSpan.FromHours(1), cancellationToken)} times at {time.GetUtcNow():HH:mm}.");
        await emitter.SendAsync(message, options.Countries.Contains(country) ? "match" : QueuePath.Default, cancellationToken: cancellationToken);
        message.Set(Field.Named("extra.later"), "yes");
    }
}

/// <summary>Parameters of the router.</summary>
public sealed record RouterOptions : BotOptions, ICheckable
{
    /// <summary>Two-letter codes of countries.</summary>
    public required IReadOnlyList<string> Countries { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() => from c in Countries where c.Length != 2 select new CheckResult(BotLogLevel.Error, $"'{c}' is no code of a country", "countries");
}
