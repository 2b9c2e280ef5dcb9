using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance.Bots;

/// <summary>Compares values of messages, leaving out what the recording says was different each time.</summary>
sealed class ValueComparison(Vector recorded, bool withDescriptions)
{
    readonly HashSet<string> _volatile = [.. recorded.ListOrEmpty("volatile_paths").Cast<string>()];
    readonly HashSet<string> _unordered = [.. recorded.ListOrEmpty("unordered").OfType<string>()];
    readonly HashSet<string> _volatileInside = [.. recorded.ListOrEmpty("volatile_inside_json_text").Cast<string>()];

    /// <summary>The first difference at or below a place, or null.</summary>
    /// <param name="expected">What was recorded.</param>
    /// <param name="actual">What came out.</param>
    /// <param name="pointer">The JSON pointer of the place in the recording.</param>
    public string? Difference(object? expected, object? actual, string pointer)
    {
        if (_volatile.Contains(pointer)) return null;
        switch (expected, actual)
        {
            case (IReadOnlyDictionary<string, object?> { Count: 1 } special, not IReadOnlyDictionary<string, object?>) when special.Keys.First() is ['$', ..]:
                return Vector.Show(special) == Vector.Show(actual) ? null : Differs(special, actual, pointer);
            case (IReadOnlyDictionary<string, object?> wanted, IReadOnlyDictionary<string, object?> found):
                return wanted.Keys.Union(found.Keys, StringComparer.Ordinal).Select(key => Member(wanted, found, key, pointer)).FirstOrDefault(static d => d is not null);
            case (IReadOnlyList<object?> wanted, IReadOnlyList<object?> found) when wanted.Count == found.Count:
                return Items(wanted, found, pointer);
            case (string wanted, string found) when wanted != found && AsDocuments(wanted, found) is var (wantedDocument, foundDocument):
                return Difference(wantedDocument, foundDocument, pointer + "#");
            default:
                return Vector.Show(expected) == Vector.Show(actual) || _volatileInside.Contains(pointer) ? null : Differs(expected, actual, pointer);
        }
    }

    string? Member(IReadOnlyDictionary<string, object?> expected, IReadOnlyDictionary<string, object?> actual, string key, string pointer)
    {
        if (key == "event_description.text" && !withDescriptions) return null;
        var below = $"{pointer}/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
        if (_volatile.Contains(below) || _volatileInside.Contains(below)) return null;
        if (!expected.ContainsKey(key)) return $"{key} is {Readable(key, actual[key])}, but should not be there";
        if (!actual.ContainsKey(key)) return $"{key} is missing; expected {Readable(key, expected[key])}";
        return Difference(expected[key], actual[key], below);
    }

    string? Items(IReadOnlyList<object?> expected, IReadOnlyList<object?> actual, string pointer)
    {
        if (_unordered.Contains(pointer)) (expected, actual) = ([.. expected.OrderBy(Vector.Show, StringComparer.Ordinal)], [.. actual.OrderBy(Vector.Show, StringComparer.Ordinal)]);
        for (var i = 0; i < expected.Count; i++)
            if (Difference(expected[i], actual[i], $"{pointer}/{i}") is { } difference)
                return difference;
        return null;
    }

    // Texts that hold JSON say the same in any order and spacing.
    static (object? Expected, object? Actual)? AsDocuments(string expected, string actual) =>
        expected is ['{' or '[', ..] && PythonJsonReader.TryParse(expected, out var wanted) && PythonJsonReader.TryParse(actual, out var found) ? (wanted, found) : null;

    static string Differs(object? expected, object? actual, string pointer)
    {
        var key = pointer[(pointer.LastIndexOf('/') + 1)..];
        return $"{key} is {Readable(key, actual)} instead of {Readable(key, expected)}";
    }

    // Raw data are shown as what they hold.
    static string Readable(string key, object? value) =>
        key == "raw" && value is string text && Base64Text.TryDecode(text, out var bytes) ? Vector.Show(Utf8Text.DecodeLenient(bytes)) + " (decoded)" : Vector.Show(value);
}
