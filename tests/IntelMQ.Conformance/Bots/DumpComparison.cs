using System.Text;
using System.Text.RegularExpressions;
using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance.Bots;

/// <summary>Compares what was dumped of reports, and tells in which of its ways the original failed to write a row back.</summary>
/// <param name="reports">What the reports of the step hold.</param>
sealed partial class DumpComparison(IReadOnlyList<byte[]> reports)
{
    readonly List<string> _reports = [.. reports.Select(Condensed)];

    /// <summary>Whether something dumped stands in one of the reports; with a single row that is all of it.</summary>
    public bool IsRow(byte[] dumped) => LinesOf(dumped).All(line => _reports.Any(report => report.Contains(line, StringComparison.Ordinal)));

    bool IsReport(byte[] dumped) => reports.Any(report => dumped.AsSpan().SequenceEqual(report));

    public string? Difference(byte[]? expected, byte[] actual, int number)
    {
        if (expected is null || expected.AsSpan().SequenceEqual(actual)) return null;
        return $"dumped[{number}] is {(IsRow(actual) ? "a row of the report" : "no row of a report")} instead of {KindOf(expected, actual)}: {Show(actual)} instead of {Show(expected)}";
    }

    string KindOf(byte[] expected, byte[] actual)
    {
        var (wanted, found) = (Encoding.UTF8.GetString(expected), Encoding.UTF8.GetString(actual));
        return wanted is "null" or "[null]" or "[]" or "" ? "none"
            : IsReport(expected) ? "the report as a whole"
            : Characters.IsMatch(wanted) ? "one split into characters"
            : PythonJsonReader.TryParse(expected, out var json) && json is IReadOnlyList<object?> { Count: 1 } list && list[0] is string text && text == found ? "a list with its text"
            : wanted.EndsWith(found, StringComparison.Ordinal) && IsRow(expected) ? "one below lines that stand elsewhere"
            : "something else";
    }

    // At the end of the text a line each of whose cells is one character.
    [GeneratedRegex(@"(?:\A|\n)(?:(?:""(?:""""|[^""])""|[^,""\r\n]),)+(?:""(?:""""|[^""])""|[^,""\r\n])?(?:\r?\n)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Characters { get; }

    [GeneratedRegex(@"<[^>]*>|\\u[0-9a-f]{4}|\\[nrt]", RegexOptions.CultureInvariant)]
    private static partial Regex Notation { get; }

    static string Condensed(byte[] text) => Condensed(Encoding.UTF8.GetString(text));

    // How a row is written may be different, for example as HTML or JSON; its words are the same.
    static string Condensed(string text) => string.Concat(Notation.Replace(text, "").Where(char.IsAsciiLetterOrDigit));

    static IEnumerable<string> LinesOf(byte[] text) => Encoding.UTF8.GetString(text).Split('\n').Select(Condensed);

    static string Show(byte[] text) => Vector.Show(Encoding.UTF8.GetString(text));
}
