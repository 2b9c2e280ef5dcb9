using System.Text;
using System.Text.RegularExpressions;
using IntelMQ.Conformance.Library;
using IntelMQ.Sdk.Testing;

namespace IntelMQ.Conformance.Bots;

/// <summary>Compares what a bot did with what was recorded.</summary>
sealed partial class StepComparison(Vector recorded, Vector step, int number, IReadOnlyList<byte[]> inputs)
{
    /// <summary>What the original logs when a row of a report fails; all else is about the whole message.</summary>
    const string OneRow = "Failed to parse line.";

    readonly ValueComparison _values = new(recorded);
    readonly DumpComparison _dumps = new([.. inputs.Select(RawOf)]);

    bool IsCollector => recorded.Text("group") == "collector";

    bool IsParser => recorded.Text("group") == "parser";

    /// <summary>Whether a parser of the original took a whole report for bad.</summary>
    bool IsWholeReportBad => IsParser && Errors.Any(static error => error.Has("exception") && error.Text("text") != OneRow);

    IEnumerable<Vector> Errors => step.Records("log").Where(static line => line.Text("level") is "ERROR" or "CRITICAL");

    /// <summary>All that is different.</summary>
    public IEnumerable<string> Differences(StepResult result, RecordedServices services, bool comparesCache = true)
    {
        var found = InOutput(result).Append(InLog(result)).Concat(InDumped(result)).Concat(InFiles()).Append(InRequests(services.Http)).Append(comparesCache ? InCache(services.Cache) : null);
        var page = IsParser && inputs.Any(static input => IsBrokenPage(Encoding.UTF8.GetString(RawOf(input)))) ? "of a broken page: " : "";
        return found.OfType<string>().Select(difference => page + difference);
    }

    static bool IsBrokenPage(string report) => report.Contains("<table", StringComparison.OrdinalIgnoreCase) && !Tables.AreTidy(report);

    IEnumerable<string> InOutput(StepResult result)
    {
        var paths = step.ListOrEmpty("destination_queues").Cast<string>().Union(step.Map("output").Keys, StringComparer.Ordinal);
        return paths.SelectMany(path => InPath(path, result));
    }

    IEnumerable<string> InPath(string path, StepResult result)
    {
        var expected = (step.Map("output").GetValueOrDefault(path) as IReadOnlyList<object?> ?? []).Cast<IReadOnlyDictionary<string, object?>>().Select(AsRead).ToList();
        // The host passes on no message without fields, nor a report without data.
        var actual = result.Sent.Where(s => s.Path == path && s.Message.Count > 0 && (!IsCollector || s.Message.Has(Fields.Raw))).Select(static s => AsRead(Parse(s.Message))).ToList();
        WithOwnWording(expected, actual);
        var surplus = IsWholeReportBad ? "surplus, of a report that is bad as a whole there" : "surplus";
        return new MessageComparison(_values, path, $"/steps/{number}/output/{path}", surplus).Differences(expected, actual);
    }

    static IReadOnlyDictionary<string, object?> Parse(Message message) => (IReadOnlyDictionary<string, object?>)PythonJsonReader.Parse(JsonForm.Write(message))!;

    // Who takes a message from a queue leaves out fields without a value, so it does not matter whether they are sent.
    static Dictionary<string, object?> AsRead(IReadOnlyDictionary<string, object?> message) =>
        message.Where(static field => field.Value is not (null or "" or "-" or "N/A")).ToDictionary(StringComparer.Ordinal);

    /// <summary>
    /// Parsers have their own words for what a feed is about; that there is a description is compared, but its text only
    /// if it comes from the report.
    /// </summary>
    void WithOwnWording(List<Dictionary<string, object?>> expected, List<Dictionary<string, object?>> actual)
    {
        const string Description = "event_description.text";
        if (!IsParser) return;
        var own = expected.Select(static message => message.GetValueOrDefault(Description) as string).OfType<string>().Where(text => !IsInReport(text)).ToHashSet(StringComparer.Ordinal);
        if (own.Count == 0) return;
        foreach (var message in expected.Where(message => message.GetValueOrDefault(Description) is string text && own.Contains(text))) message[Description] = "(own words)";
        foreach (var message in actual.Where(message => message.GetValueOrDefault(Description) is string text && !IsInReport(text))) message[Description] = "(own words)";
    }

    bool IsInReport(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return inputs.Any(input => RawOf(input).AsSpan().IndexOf(bytes) >= 0);
    }

    string? InLog(StepResult result)
    {
        var expected = Errors.ToList();
        if (result.Errors == expected.Count) return null;
        if (IsWholeReportBad && result.Errors == result.Rows && result.Rows > 0) return $"{result.Rows} rows are bad instead of the whole report: {result}";
        if (IsWholeReportBad && result.Errors == 0 && inputs.All(static input => RawOf(input).Length == 0)) return $"without raw data: no error instead of {ErrorsOf(expected)}";
        if (IsWholeReportBad && result.Errors == 0 && inputs.Any(static input => HasEmptyLine(RawOf(input)))) return $"with an empty line: no error instead of {ErrorsOf(expected)}";
        return $"{result.Errors} errors instead of {expected.Count}: {result} instead of {ErrorsOf(expected)}";
    }

    static bool HasEmptyLine(byte[] report) => Encoding.UTF8.GetString(report).TrimEnd().Split('\n').Any(string.IsNullOrWhiteSpace);

    static string ErrorsOf(List<Vector> errors) => string.Join(" | ", errors.Select(static error => error["exception"] is IReadOnlyDictionary<string, object?> exception ? $"{exception["type"]}: {exception["text"]}" : error.Text("text")));

    List<string> InDumped(StepResult result)
    {
        var expected = step.Records("dumped").Select(Dumped).ToList();
        var isSameNumber = expected.Count == result.Dumped.Count;
        var differences = isSameNumber && IsParser ? expected.Select((wanted, i) => _dumps.Difference(wanted, result.Dumped[i], i)).OfType<string>().ToList() : [];
        if (isSameNumber && differences.Count == 0) return [];
        if (IsWholeReportBad && expected.Count == 1 && result.Rows == result.Dumped.Count && result.Rows > 0 && result.Dumped.All(_dumps.IsRow)) return ["dumped are the bad rows instead of the whole report"];
        if (IsWholeReportBad && result.Errors == 0 && result.Dumped.Count == 0) return ["nothing is dumped instead of the whole report"];
        return isSameNumber ? differences : [$"{result.Dumped.Count} dumped instead of {expected.Count}: {result}"];
    }

    static byte[] RawOf(byte[] message) =>
        PythonJsonReader.TryParse(message, out var parsed) && parsed is IReadOnlyDictionary<string, object?> map && map.GetValueOrDefault("raw") is string raw && Base64Text.TryDecode(raw, out var bytes) ? bytes : [];

    // The row of a report that failed; null where the recording holds something else.
    static byte[]? Dumped(Vector entry) =>
        entry.MapOrEmpty("message").GetValueOrDefault("raw") is string raw && Base64Text.TryDecode(raw, out var bytes) ? bytes : null;

    IEnumerable<string> InFiles() => step.MapOrEmpty("files_after").Select(file => InFile(file.Key, new Vector((IReadOnlyDictionary<string, object?>)file.Value!))).OfType<string>();

    string? InFile(string path, Vector file)
    {
        var found = Find(path);
        if (file["deleted"] is true) return found is null ? null : $"{path} still exists";
        if (Content(file) is not { } wanted) return null;
        if (found is null) return $"{path} does not exist";
        // Identifiers made up for each run are in names and texts alike: there is nothing left to compare.
        if (IsVolatile(path) && Identifier.IsMatch(Encoding.UTF8.GetString(wanted))) return null;
        var content = File.ReadAllBytes(found);
        if (IsVolatile(path)) (content, wanted) = (WithoutNumbers(content), WithoutNumbers(wanted));
        return content.AsSpan().SequenceEqual(wanted) ? null : $"{Path.GetFileName(path)} holds {Vector.Show(Encoding.UTF8.GetString(content))} instead of {Vector.Show(Encoding.UTF8.GetString(wanted))}";
    }

    bool IsVolatile(string path) =>
        recorded.ListOrEmpty("volatile_paths").Cast<string>().Any(pointer => pointer.StartsWith($"/steps/{number}/files_after/", StringComparison.Ordinal) && pointer.EndsWith($"{Path.GetFileName(path)}/text", StringComparison.Ordinal));

    [GeneratedRegex("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier { get; }

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
        return expected.Count == actual.Count && expected.Zip(actual).All(pair => pair.First == pair.Second || IsMoved(pair.First, pair.Second)) ? null : $"asked for {string.Join(", ", actual)} instead of {string.Join(", ", expected)}";
    }

    // A test of the original has put another address of a service into the bot: what is asked for there has to be the same.
    bool IsMoved(string expected, string actual) =>
        AddressesIn(step["attribute_overrides"]).Any(address => expected.StartsWith($"GET {address}", StringComparison.Ordinal) && actual.Contains(expected[(4 + address.Length)..], StringComparison.Ordinal));

    static IEnumerable<string> AddressesIn(object? overrides) => overrides switch
    {
        string text when text.Contains("://", StringComparison.Ordinal) => [text.Split('{')[0]],
        IReadOnlyDictionary<string, object?> map => map.Values.SelectMany(AddressesIn),
        _ => [],
    };

    string? InCache(MemoryCache cache)
    {
        if (step.MapOrEmpty("redis").GetValueOrDefault("after") is not IReadOnlyDictionary<string, object?> after) return null;
        var expected = after.SelectMany(static database => ((IReadOnlyDictionary<string, object?>)database.Value!).Keys).Order(StringComparer.Ordinal).ToList();
        var found = cache.Keys.Order(StringComparer.Ordinal).ToList();
        return expected.SequenceEqual(found) ? null : $"the cache has the keys {string.Join(", ", found)} instead of {string.Join(", ", expected)}";
    }
}
