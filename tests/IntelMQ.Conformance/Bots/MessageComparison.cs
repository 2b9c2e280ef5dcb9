using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance.Bots;

using Fields = IReadOnlyDictionary<string, object?>;

/// <summary>Compares the messages that were sent on one path: which are the same, which changed, which are missing and which are too many.</summary>
sealed class MessageComparison(ValueComparison values, string path, string pointer, string surplus)
{
    /// <param name="expected">What was recorded.</param>
    /// <param name="actual">What came out.</param>
    public IEnumerable<string> Differences(IReadOnlyList<Fields> expected, IReadOnlyList<Fields> actual)
    {
        var (first, lastExpected, lastActual) = (0, expected.Count, actual.Count);
        while (first < lastExpected && first < lastActual && IsSame(expected, actual, first, first)) first++;
        while (lastExpected > first && lastActual > first && IsSame(expected, actual, lastExpected - 1, lastActual - 1)) (lastExpected, lastActual) = (lastExpected - 1, lastActual - 1);
        var pairs = Enumerable.Range(0, first).Select(static i => (i, i)).ToList();
        pairs.AddRange(Aligned(expected, actual, first, lastExpected, lastActual));
        pairs.AddRange(Enumerable.Range(0, expected.Count - lastExpected).Select(i => (lastExpected + i, lastActual + i)));
        return Between(expected, actual, pairs);
    }

    // Which messages belong together does not depend on how their rows are written.
    bool IsSame(IReadOnlyList<Fields> expected, IReadOnlyList<Fields> actual, int i, int j) =>
        values.Differences(expected[i], actual[j], $"{pointer}/{i}").All(static difference => difference.StartsWith("raw is ", StringComparison.Ordinal));

    IEnumerable<string> InPair(IReadOnlyList<Fields> expected, IReadOnlyList<Fields> actual, int i, int j) =>
        values.Differences(expected[i], actual[j], $"{pointer}/{i}").Select(difference => $"{path}[{i}]: {difference}");

    /// <summary>The longest sequence of messages that are the same on both sides.</summary>
    List<(int Expected, int Actual)> Aligned(IReadOnlyList<Fields> expected, IReadOnlyList<Fields> actual, int first, int lastExpected, int lastActual)
    {
        var (rows, columns) = (lastExpected - first, lastActual - first);
        var same = Enumerable.Range(0, rows).Select(_ => new bool[columns]).ToArray();
        var lengths = Enumerable.Range(0, rows + 1).Select(_ => new int[columns + 1]).ToArray();
        for (var i = rows - 1; i >= 0; i--)
        {
            for (var j = columns - 1; j >= 0; j--)
            {
                same[i][j] = IsSame(expected, actual, first + i, first + j);
                lengths[i][j] = same[i][j] ? lengths[i + 1][j + 1] + 1 : Math.Max(lengths[i + 1][j], lengths[i][j + 1]);
            }
        }

        var pairs = new List<(int, int)>();
        for (int i = 0, j = 0; i < rows && j < columns;)
        {
            if (same[i][j]) pairs.Add((first + i++, first + j++));
            else if (lengths[i + 1][j] >= lengths[i][j + 1]) i++;
            else j++;
        }

        return pairs;
    }

    // Between two pairs that are the same lie those that changed, one by one, and what is left on one side.
    IEnumerable<string> Between(IReadOnlyList<Fields> expected, IReadOnlyList<Fields> actual, List<(int Expected, int Actual)> pairs)
    {
        var (i, j) = (0, 0);
        foreach (var (nextExpected, nextActual) in pairs.Append((expected.Count, actual.Count)))
        {
            for (; i < nextExpected && j < nextActual; i++, j++)
                foreach (var difference in InPair(expected, actual, i, j)) yield return difference;
            for (; i < nextExpected; i++) yield return $"{path}: missing: {Vector.Show(expected[i])}";
            for (; j < nextActual; j++) yield return $"{path}: {surplus}: {Vector.Show(actual[j])}";
            if (i < expected.Count)
                foreach (var difference in InPair(expected, actual, i++, j++)) yield return difference;
        }
    }
}
