namespace IntelMQ.Configuration.Upgrading;

/// <summary>What a rule has done.</summary>
/// <param name="Changed">Whether the draft is another one now.</param>
/// <param name="Demand">What an operator has to do himself; null where nothing is left to do. The changes hold in any case.</param>
internal readonly record struct UpgradeOutcome(bool Changed, string? Demand)
{
    /// <summary>Whether the rule need not run again.</summary>
    public bool IsDone => Demand is null;
}

/// <summary>Brings a configuration into the form that a version of the original takes.</summary>
/// <param name="Name">Name of the function in the original, by which the state file knows it.</param>
/// <param name="Title">What operators read about it.</param>
/// <param name="Rule">Changes the draft; returns what is left to do for an operator. Run again, it changes nothing.</param>
internal sealed record UpgradeRule(string Name, string Title, Func<ConfigurationDraft, string?> Rule)
{
    /// <summary>Runs the rule on a draft.</summary>
    public UpgradeOutcome Apply(ConfigurationDraft draft)
    {
        var before = draft.Copy();
        try
        {
            var demand = Rule(draft);
            return new UpgradeOutcome(!draft.Says(before), demand);
        }
        catch (ConfigurationFileException e)
        {
            // A file beside runtime.yaml that cannot be read is about this rule only.
            return new UpgradeOutcome(!draft.Says(before), e.Message);
        }
    }

    /// <summary>A rule that leaves nothing to do.</summary>
    public static UpgradeRule Changing(string name, string title, Action<ConfigurationDraft> change) => new(name, title, draft =>
    {
        change(draft);
        return null;
    });

    /// <summary>A rule that changes bots, each for itself.</summary>
    public static UpgradeRule ForBots(string name, string title, Action<DraftBot> change) => Changing(name, title, draft =>
    {
        foreach (var bot in draft.Bots)
        {
            change(bot);
        }
    });
}

/// <summary>A version of the original with what it changed in configurations.</summary>
internal sealed record VersionUpgrades(UpgradeVersion Version, IReadOnlyList<UpgradeRule> Rules)
{
    public VersionUpgrades(string version, params UpgradeRule[] rules)
        : this(UpgradeVersion.Of(version)!, (IReadOnlyList<UpgradeRule>)rules)
    {
    }
}
