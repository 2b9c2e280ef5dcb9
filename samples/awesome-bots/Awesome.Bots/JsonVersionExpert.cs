using IntelMQ.Sdk;

namespace Awesome.Bots;

/// <summary>Adds which version of its JSON library this package works with.</summary>
[Bot("intelmq.bots.experts.awesome.json_version")]
public sealed class JsonVersionExpert(JsonVersionOptions options) : Enricher
{
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        e.Set(Field.Named($"extra.{options.Key}"), typeof(Newtonsoft.Json.Linq.JObject).Assembly.GetName().Version!.Major);
        return default;
    }
}

public sealed record JsonVersionOptions : BotOptions
{
    /// <summary>The name below <c>extra</c>.</summary>
    public string Key { get; init; } = "awesome_json";
}
