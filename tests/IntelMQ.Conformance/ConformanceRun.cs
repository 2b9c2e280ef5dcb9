using IntelMQ.Conformance.Bots;
using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance;

/// <summary>Runs recorded cases against our code.</summary>
sealed class ConformanceRun(Options options)
{
    readonly Deviations _deviations = Deviations.Load();

    /// <exception cref="InvalidDataException">A file is no recording.</exception>
    public async Task<Tally> RunAsync(CancellationToken cancellationToken)
    {
        var tally = new Tally();
        foreach (var recorded in new RecordingDirectory(options.Directory).Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (options.Filter is { } filter && !recorded.Matches(filter)) continue;
            tally.Add(recorded, Explained(recorded, await JudgeAsync(recorded, cancellationToken)));
        }

        return tally;
    }

    static async Task<Verdict> JudgeAsync(RecordedCase recorded, CancellationToken cancellationToken)
    {
        try
        {
            return recorded.IsBot ? await BotRuns.RunAsync(recorded, cancellationToken) : LibraryChecks.Check(recorded.Group, recorded.Record);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One case that breaks something must not hide all others.
            return Verdict.Failed($"threw {e}");
        }
    }

    Verdict Explained(RecordedCase recorded, Verdict verdict)
    {
        if (verdict.Outcome == Outcome.Missing && options.PresentOnly) return Verdict.Skipped(verdict.Text);
        if (verdict.Outcome != Outcome.Failed) return verdict;
        // A deviation that shows does not hide what else is different: each difference needs a rule of its own.
        var rules = verdict.Differences.Select(difference => _deviations.RuleFor(recorded.Group, difference)).ToList();
        if (rules.Contains(null)) return verdict with { Differences = [.. verdict.Differences.Where((_, i) => rules[i] is null)] };
        return Verdict.Skipped($"deviation: {string.Join(' ', rules.Distinct())}\n{verdict.Text}");
    }
}
