namespace IntelMQ.Bots.Experts.RemoveAffix;

/// <summary>Removes what a value begins or ends with, such as <c>www.</c> of a domain name.</summary>
[Bot("intelmq.bots.experts.remove_affix.expert")]
public sealed class RemoveAffixExpert(RemoveAffixExpertOptions options) : Enricher
{
    readonly Field _field = Field.Named(options.Field);

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        if (options.Affix.Length == 0 || e.Get(_field).Text is not { } text) return default;

        if (options.RemovePrefix && text.StartsWith(options.Affix, StringComparison.Ordinal)) e.Change(_field, text[options.Affix.Length..]);
        else if (!options.RemovePrefix && text.EndsWith(options.Affix, StringComparison.Ordinal)) e.Change(_field, text[..^options.Affix.Length]);
        return default;
    }
}

/// <summary>Parameters of <see cref="RemoveAffixExpert"/>.</summary>
public sealed record RemoveAffixExpertOptions : BotOptions
{
    /// <summary>Whether it is removed from the beginning; otherwise from the end.</summary>
    public bool RemovePrefix { get; init; } = true;

    /// <summary>What to remove.</summary>
    public string Affix { get; init; } = "www.";

    /// <summary>The field to change.</summary>
    public string Field { get; init; } = "source.fqdn";
}
