using IntelMQ.Bots.Clients.Jinja;

namespace IntelMQ.Bots.Experts.Jinja;

/// <summary>Fills fields with what templates make of the message.</summary>
[Bot("intelmq.bots.experts.jinja.expert")]
public sealed class JinjaExpert(JinjaExpertOptions options) : Enricher
{
    (Field Field, JinjaTemplate Template)[] _templates = [];

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _templates = FieldTemplates.Read(options.Fields, out var problems);
        if (problems.Count > 0) throw new ConfigurationException(string.Join('\n', problems));
        return default;
    }

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var (field, template) in _templates) e.Enrich(field, Render(template, e, field), options.Overwrite);
        return default;
    }

    static string Render(JinjaTemplate template, Event e, Field field)
    {
        try
        {
            return template.Render(("msg", e));
        }
        catch (JinjaException error)
        {
            throw new InvalidMessageException($"The template for '{field}' cannot be filled in with this message: {error.Message}", error);
        }
    }
}

/// <summary>Parameters of <see cref="JinjaExpert"/>.</summary>
public sealed record JinjaExpertOptions : BotOptions, ICheckable
{
    /// <summary>Fields with their templates; <c>file:///</c> and a path is the template in that file.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>Replaces values that the event already has.</summary>
    public bool Overwrite { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        FieldTemplates.Read(Fields, out var problems);
        return problems.Select(problem => new CheckResult(BotLogLevel.Error, problem, "fields"));
    }
}
