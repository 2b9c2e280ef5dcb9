namespace Company.Bots;

// Below the namespace, so that Collector, Parser, Expert and Output are the base classes whatever the namespace is called.
using IntelMQ.Sdk;

/// <summary>Adds a text to every event.</summary>
[Bot("intelmq.bots.experts.company_name.first")]
public sealed class FirstExpert(FirstOptions options) : Enricher
{
    static readonly Field Greeting = Field.Named("extra.greeting");

    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        e.Set(Greeting, options.Text);
        return default;
    }
}

public sealed record FirstOptions : BotOptions
{
    /// <summary>The text to add.</summary>
    public string Text { get; init; } = "hello";
}
