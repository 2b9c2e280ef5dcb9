using System.Globalization;

namespace IntelMQ.Conformance;

/// <summary>What came of all cases, by group.</summary>
sealed class Tally
{
    readonly SortedDictionary<string, int[]> _groups = new(StringComparer.Ordinal);
    readonly List<(RecordedCase Case, Verdict Verdict)> _remarkable = [];

    public int Passed => Sum(Outcome.Passed);

    public int Failed => Sum(Outcome.Failed) + Sum(Outcome.Missing);

    public int Skipped => Sum(Outcome.Skipped);

    /// <summary>All that did not pass, in the order of the files.</summary>
    public IReadOnlyList<(RecordedCase Case, Verdict Verdict)> Remarkable => _remarkable;

    public IEnumerable<(string Name, int Passed, int Failed, int Skipped)> Groups =>
        _groups.Select(static g => (g.Key, g.Value[(int)Outcome.Passed], g.Value[(int)Outcome.Failed] + g.Value[(int)Outcome.Missing], g.Value[(int)Outcome.Skipped]));

    public void Add(RecordedCase recorded, Verdict verdict)
    {
        if (!_groups.TryGetValue(recorded.Group, out var counts)) _groups[recorded.Group] = counts = new int[4];
        counts[(int)verdict.Outcome]++;
        if (verdict.Outcome != Outcome.Passed) _remarkable.Add((recorded, verdict));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Passed} passed, {Failed} failed, {Skipped} skipped");

    int Sum(Outcome outcome) => _groups.Values.Sum(counts => counts[(int)outcome]);
}
