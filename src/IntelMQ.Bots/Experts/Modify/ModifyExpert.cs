namespace IntelMQ.Bots.Experts.Modify;

/// <summary>Changes fields of events by rules of the user: if these fields look like this, then those become that.</summary>
/// <remarks>
/// Rules are tried in their order, and a later one sees what an earlier one has changed. A rule applies if all of its
/// conditions hold. See the README of the bot for the file.
/// </remarks>
[Bot("intelmq.bots.experts.modify.expert")]
public sealed class ModifyExpert(ModifyExpertOptions options) : Enricher
{
    RuleSet? _rules;

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _rules = await RuleFile.LoadAsync(options.ConfigurationPath, ignoreCase: !options.CaseSensitive, cancellationToken);
        Log.Info($"{_rules.Count} rules were loaded from '{options.ConfigurationPath}'.");
    }

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        _rules!.Apply(e, options.Overwrite, options.MaximumMatches ?? int.MaxValue);
        return default;
    }
}

/// <summary>Parameters of <see cref="ModifyExpert"/>.</summary>
public sealed record ModifyExpertOptions : BotOptions, ICheckable
{
    /// <summary>The file with the rules.</summary>
    public string ConfigurationPath { get; init; } = "/opt/intelmq/var/lib/bots/modify/modify.conf";

    /// <summary>Whether upper and lower case differ in conditions.</summary>
    public bool CaseSensitive { get; init; } = true;

    /// <summary>Replaces values that the event already has.</summary>
    public bool Overwrite { get; init; } = true;

    /// <summary>How many rules apply to one event at most.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, int.MaxValue)]
    public int? MaximumMatches { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        foreach (var problem in RuleFile.ProblemsOf(ConfigurationPath, ignoreCase: !CaseSensitive))
            yield return new(BotLogLevel.Error, problem, "configuration_path");
    }
}
