namespace IntelMQ.Conformance;

/// <summary>How a recorded case ended.</summary>
enum Outcome
{
    /// <summary>Our code does what was recorded.</summary>
    Passed,

    /// <summary>It does something else.</summary>
    Failed,

    /// <summary>There is nothing of ours to run: a failure, unless only what is present was asked for.</summary>
    Missing,

    /// <summary>Explained by deviations, or the recording does not say enough to judge.</summary>
    Skipped,
}

/// <summary>What came of one recorded case.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Differences">All that is different, or the reason for another outcome; empty for what passed.</param>
readonly record struct Verdict(Outcome Outcome, IReadOnlyList<string> Differences)
{
    public static Verdict Passed => new(Outcome.Passed, []);

    public static Verdict Failed(string difference) => new(Outcome.Failed, [difference]);

    public static Verdict Missing(string what) => new(Outcome.Missing, [what]);

    public static Verdict Skipped(string reason) => new(Outcome.Skipped, [reason]);

    /// <summary>Passed if there are no differences.</summary>
    public static Verdict Of(IReadOnlyList<string> differences) => differences.Count == 0 ? Passed : new(Outcome.Failed, differences);

    public string Text => string.Join('\n', Differences);

    /// <summary>Passed if there is no difference.</summary>
    public static implicit operator Verdict(string? difference) => difference is null ? Passed : Failed(difference);
}
