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

    Verdict Explained(RecordedCase recorded, Verdict verdict) => verdict.Outcome switch
    {
        Outcome.Missing when options.PresentOnly => Verdict.Skipped(verdict.Text),
        Outcome.Failed when _deviations.RuleFor(recorded.Group, verdict.Text) is { } rule => Verdict.Skipped($"deviation: {rule}\n{verdict.Text}"),
        _ => verdict,
    };
}
