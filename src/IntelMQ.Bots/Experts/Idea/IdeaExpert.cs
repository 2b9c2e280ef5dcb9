namespace IntelMQ.Bots.Experts.Idea;

/// <summary>Writes an event in the format IDEA (Intrusion Detection Extensible Alert) into the field <c>output</c>.</summary>
[Bot("intelmq.bots.experts.idea.expert")]
public sealed class IdeaExpert(IdeaExpertOptions options) : Enricher
{
    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        e.Add(Fields.Output, FieldValue.From(IdeaMessage.Of(e, options.TestMode)));
        return default;
    }
}

/// <summary>Parameters of <see cref="IdeaExpert"/>.</summary>
public sealed record IdeaExpertOptions : BotOptions
{
    /// <summary>Adds the category <c>Test</c>, so that receivers know that it is none of their business.</summary>
    public bool TestMode { get; init; }
}
