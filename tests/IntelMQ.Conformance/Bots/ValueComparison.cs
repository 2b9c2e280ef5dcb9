using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance.Bots;

/// <summary>Compares values of messages, leaving out what the recording says was different each time.</summary>
sealed class ValueComparison(Vector recorded)
{
    readonly HashSet<string> _volatile = [.. recorded.ListOrEmpty("volatile_paths").Cast<string>()];
    readonly HashSet<string> _unordered = [.. recorded.ListOrEmpty("unordered").OfType<string>()];
    readonly HashSet<string> _volatileInside = [.. recorded.ListOrEmpty("volatile_inside_json_text").Cast<string>()];

    /// <summary>All differences at or below a place.</summary>
    /// <param name="expected">What was recorded.</param>
    /// <param name="actual">What came out.</param>
    /// <param name="pointer">The JSON pointer of the place in the recording.</param>
    public IEnumerable<string> Differences(object? expected, object? actual, string pointer)
    {
        if (_volatile.Contains(pointer)) return [];
        return (expected, actual) switch
        {
            (IReadOnlyDictionary<string, object?> { Count: 1 } special, not IReadOnlyDictionary<string, object?>) when special.Keys.First() is ['$', ..] => Plain(special, actual, pointer),
            (IReadOnlyDictionary<string, object?> wanted, IReadOnlyDictionary<string, object?> found) => wanted.Keys.Union(found.Keys, StringComparer.Ordinal).SelectMany(key => Member(wanted, found, key, pointer)),
            (IReadOnlyList<object?> wanted, IReadOnlyList<object?> found) when wanted.Count == found.Count => Items(wanted, found, pointer),
            (string wanted, string found) when wanted != found && AsDocuments(wanted, found) is var (wantedDocument, foundDocument) => Differences(wantedDocument, foundDocument, pointer + "#"),
            _ => _volatileInside.Contains(pointer) ? [] : Plain(expected, actual, pointer),
        };
    }

    IEnumerable<string> Member(IReadOnlyDictionary<string, object?> expected, IReadOnlyDictionary<string, object?> actual, string key, string pointer)
    {
        var below = $"{pointer}/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
        if (_volatile.Contains(below) || _volatileInside.Contains(below)) return [];
        if (!expected.ContainsKey(key)) return [$"{key} is {Readable(key, actual[key])}, but should not be there"];
        return actual.TryGetValue(key, out var value) ? Differences(expected[key], value, below) : [$"{key} is missing; expected {Readable(key, expected[key])}"];
    }

    IEnumerable<string> Items(IReadOnlyList<object?> expected, IReadOnlyList<object?> actual, string pointer)
    {
        if (_unordered.Contains(pointer)) (expected, actual) = ([.. expected.OrderBy(Vector.Show, StringComparer.Ordinal)], [.. actual.OrderBy(Vector.Show, StringComparer.Ordinal)]);
        return Enumerable.Range(0, expected.Count).SelectMany(i => Differences(expected[i], actual[i], $"{pointer}/{i}"));
    }

    // Texts that hold JSON say the same in any order and spacing.
    static (object? Expected, object? Actual)? AsDocuments(string expected, string actual) =>
        expected is ['{' or '[', ..] && PythonJsonReader.TryParse(expected, out var wanted) && PythonJsonReader.TryParse(actual, out var found) ? (wanted, found) : null;

    static IEnumerable<string> Plain(object? expected, object? actual, string pointer)
    {
        if (Vector.Show(expected) == Vector.Show(actual)) return [];
        var key = pointer[(pointer.LastIndexOf('/') + 1)..];
        return [$"{key} is {Readable(key, actual)} instead of {Readable(key, expected)}"];
    }

    // Raw data are shown as what they hold.
    static string Readable(string key, object? value) =>
        key == "raw" && value is string text && Base64Text.TryDecode(text, out var bytes) ? Vector.Show(Utf8Text.DecodeLenient(bytes)) + " (decoded)" : Vector.Show(value);
}
