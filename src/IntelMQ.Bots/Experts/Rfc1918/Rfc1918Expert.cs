namespace IntelMQ.Bots.Experts.Rfc1918;

/// <summary>Removes values that name nothing on the internet, or the events that have them: private addresses, example domains, reserved systems.</summary>
/// <remarks>What a field is tested for says the end of its name: <c>.ip</c>, <c>.fqdn</c>, <c>.url</c> or <c>.asn</c>.</remarks>
[Bot("intelmq.bots.experts.rfc1918.expert")]
public sealed class Rfc1918Expert(Rfc1918ExpertOptions options) : Expert
{
    readonly (Field Field, string Policy)[] _rules = [.. options.Fields.Zip(options.Policy, (field, policy) => (Field.Named(field.ToLowerInvariant()), policy))];

    /// <inheritdoc />
    protected override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        foreach (var (field, policy) in _rules)
        {
            if (!ReservedNames.Has(field, message.Get(field))) continue;
            if (policy == "drop") return default;
            message.Remove(field);
        }

        return emitter.SendAsync(message, cancellationToken: cancellationToken);
    }
}

/// <summary>Parameters of <see cref="Rfc1918Expert"/>.</summary>
public sealed record Rfc1918ExpertOptions : BotOptions, ICheckable
{
    /// <summary>The fields to test, in this order.</summary>
    public IReadOnlyList<string> Fields { get; init; } = ["destination.ip", "source.ip", "source.url"];

    /// <summary>What happens for each of them: <c>del</c> removes the field, <c>drop</c> the event.</summary>
    public IReadOnlyList<string> Policy { get; init; } = ["del", "drop", "drop"];

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Fields.Count != Policy.Count) yield return new(BotLogLevel.Error, $"There are {Policy.Count} policies for {Fields.Count} fields; expected one for each.", "policy");
        foreach (var policy in Policy)
            if (policy is not ("del" or "drop"))
                yield return new(BotLogLevel.Error, $"There is no policy '{policy}'; expected del or drop.", "policy");
    }
}
