using System.Text;
using System.Text.RegularExpressions;
using IntelMQ.Conformance.Library;
using IntelMQ.Sdk.Testing;

namespace IntelMQ.Conformance.Bots;

/// <summary>Compares what a bot did with what was recorded.</summary>
sealed class StepComparison(Vector recorded, Vector step, int number)
{
    readonly ValueComparison _values = new(recorded, withDescriptions: false);
    readonly ValueComparison _allValues = new(recorded, withDescriptions: true);

    bool IsCollector => recorded.Text("group") == "collector";

    /// <summary>The first thing that is different, or null. Descriptions come last: bots have their own words for them, which must not hide anything else.</summary>
    public string? Difference(StepResult result, RecordedServices services, bool comparesCache = true) =>
        InOutput(result, _values) ?? InLog(result) ?? InDumped(result) ?? InFiles() ?? InRequests(services.Http) ?? (comparesCache ? InCache(services.Cache) : null) ?? InOutput(result, _allValues);

    string? InOutput(StepResult result, ValueComparison values)
    {
        var paths = step.ListOrEmpty("destination_queues").Cast<string>().Union(step.Map("output").Keys, StringComparer.Ordinal);
        return paths.Select(path => InPath(path, result, values)).FirstOrDefault(static difference => difference is not null);
    }

    string? InPath(string path, StepResult result, ValueComparison values)
    {
        var expected = step.Map("output").GetValueOrDefault(path) as IReadOnlyList<object?> ?? [];
        // The host passes on no message without fields, nor a report without data.
        var actual = result.Sent.Where(s => s.Path == path && s.Message.Count > 0 && (!IsCollector || s.Message.Has(Fields.Raw))).Select(static s => Parse(s.Message)).ToList();
        for (var i = 0; i < Math.Min(actual.Count, expected.Count); i++)
            if (values.Difference(expected[i], actual[i], $"/steps/{number}/output/{path}/{i}") is { } difference)
                return $"{path}[{i}]: {difference}";
        if (expected.Count == actual.Count) return null;
        var first = expected.Count > actual.Count ? $"first missing: {Vector.Show(expected[actual.Count])}" : $"first surplus: {Vector.Show(actual[expected.Count])}";
        return $"{path}: {actual.Count} messages instead of {expected.Count}; {first}; the bot said: {result}";
    }

    static object? Parse(Message message) => PythonJsonReader.Parse(JsonForm.Write(message));

    string? InLog(StepResult result)
    {
        var expected = step.Records("log").Count(static line => line.Text("level") is "ERROR" or "CRITICAL");
        return result.Errors == expected ? null : $"{result.Errors} errors instead of {expected}; the bot said: {result}";
    }

    string? InDumped(StepResult result)
    {
        var expected = step.Records("dumped").Select(Dumped).ToList();
        if (expected.Count != result.Dumped.Count) return $"{result.Dumped.Count} dumped instead of {expected.Count}; the bot said: {result}";
        if (recorded.Text("group") != "parser") return null;
        for (var i = 0; i < expected.Count; i++)
            if (expected[i] is { } wanted && !result.Dumped[i].AsSpan().SequenceEqual(wanted))
                return $"dumped[{i}] is {Vector.Show(Encoding.UTF8.GetString(result.Dumped[i]))} instead of {Vector.Show(Encoding.UTF8.GetString(wanted))}";
        return null;
    }

    // The row of a report that failed; null where the recording holds something else.
    static byte[]? Dumped(Vector entry) =>
        entry.MapOrEmpty("message").GetValueOrDefault("raw") is string raw && Base64Text.TryDecode(raw, out var bytes) ? bytes : null;

    string? InFiles()
    {
        foreach (var (path, described) in step.MapOrEmpty("files_after"))
        {
            var file = new Vector((IReadOnlyDictionary<string, object?>)described!);
            var found = Find(path);
            if (file["deleted"] is true && found is not null) return $"{path} still exists";
            if (Content(file) is not { } wanted) continue;
            if (found is null) return $"{path} does not exist";
            var content = File.ReadAllBytes(found);
            if (IsVolatile(path)) (content, wanted) = (WithoutNumbers(content), WithoutNumbers(wanted));
            if (!content.AsSpan().SequenceEqual(wanted)) return $"{Path.GetFileName(path)} holds {Vector.Show(Encoding.UTF8.GetString(content))} instead of {Vector.Show(Encoding.UTF8.GetString(wanted))}";
        }

        return null;
    }

    bool IsVolatile(string path) =>
        recorded.ListOrEmpty("volatile_paths").Cast<string>().Any(pointer => pointer.StartsWith($"/steps/{number}/files_after/", StringComparison.Ordinal) && pointer.EndsWith($"{Path.GetFileName(path)}/text", StringComparison.Ordinal));

    // What differs from run to run within a text are times and UUIDs.
    static byte[] WithoutNumbers(byte[] text) => [.. Encoding.Latin1.GetBytes(Uuid.Replace(Encoding.Latin1.GetString(text), "")).Where(static character => !char.IsAsciiDigit((char)character))];

    static readonly Regex Uuid = new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.NonBacktracking);

    static byte[]? Content(Vector file) => file.Text("text") is { } text ? Encoding.UTF8.GetBytes(text) : file.Text("base64") is { } bytes ? Convert.FromBase64String(bytes) : null;

    // A part of the name may be any text.
    static string? Find(string path)
    {
        if (!path.Contains("@ANY", StringComparison.Ordinal)) return File.Exists(path) ? path : null;
        var name = new Regex("^" + Regex.Replace(Regex.Escape(Path.GetFileName(path)), "@ANY[0-9]+@", ".*") + "$");
        var directory = Path.GetDirectoryName(path)!;
        return Directory.Exists(directory) ? Directory.EnumerateFiles(directory).FirstOrDefault(file => name.IsMatch(Path.GetFileName(file))) : null;
    }

    string? InRequests(FakeHttp http)
    {
        var expected = step.Records("http").Select(static request => $"{(request.Text("method") ?? "GET").ToUpperInvariant()} {new Uri(request.Text("url")!).AbsoluteUri}").ToList();
        var actual = http.Requests.Select(static request => $"{request.Method} {request.Url.AbsoluteUri}").ToList();
        return expected.SequenceEqual(actual) ? null : $"asked for {string.Join(", ", actual)} instead of {string.Join(", ", expected)}";
    }

    string? InCache(MemoryCache cache)
    {
        if (step.MapOrEmpty("redis").GetValueOrDefault("after") is not IReadOnlyDictionary<string, object?> after) return null;
        var expected = after.SelectMany(static database => ((IReadOnlyDictionary<string, object?>)database.Value!).Keys).Order(StringComparer.Ordinal).ToList();
        var found = cache.Keys.Order(StringComparer.Ordinal).ToList();
        return expected.SequenceEqual(found) ? null : $"the cache has the keys {string.Join(", ", found)} instead of {string.Join(", ", expected)}";
    }
}
