using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using IntelMQ.Configuration;
using IntelMQ.Control.Logs;
using IntelMQ.Host.Running;

namespace IntelMQ.Conformance.Library;

/// <summary>Compares small functions that stand beside messages.</summary>
static class FunctionVectors
{
    const string Error = "an error";

    /// <summary>A line of <c>utils.jsonl</c>, as far as the function is one of ours.</summary>
    public static Verdict Check(Vector vector)
    {
        var (function, args, expected) = (vector.Text("function")!, vector.List("args"), vector["result"]);
        if (function == "version_smaller") return UpgradeVectors.CheckVersions(args, expected);
        if (args.Count == 0 || !Vector.TryDecode(args[0], out var value)) return Verdict.Skipped("the argument has no form in JSON");
        return function switch
        {
            "parse_relative" when value.Text is { } text => Differs(RelativeTime.TryParse(text, out _) ? FieldValue.From(RelativeTime.Minutes(text)) : Error, expected),
            "seconds_to_human" when args.Count == 2 && args[1] is long decimals && value.TryGetNumber(out var seconds) => Differs(DurationText.Of(TimeSpan.FromSeconds(seconds), (int)decimals), expected),
            "lazy_int" when value.Kind is ValueKind.List or ValueKind.Map || (value.TryGetNumber(out var number) && double.IsInfinity(number)) => Differs(IntegerType.TryConvert(value, out var whole) ? whole : Error, expected),
            "lazy_int" => Differs(IntegerType.TryConvert(value, out var whole) ? whole : value, expected),
            "base64_encode" when Bytes(value) is { } bytes => Differs(Convert.ToBase64String(bytes), expected),
            "base64_decode" => CheckDecoded(value, expected),
            "decode" when value.Text is { } text => Differs(text, expected),
            "decode" when value.Bytes is { } bytes => Differs(OrError(() => EncodedText.Decode(bytes, Encodings(vector), IsForced(vector))), expected),
            "encode" when value.Text is { } text => Differs(OrError(() => EncodedText.Encode(text, Encodings(vector), IsForced(vector))), expected),
            "parse_logline" when value.Text is { } line => CheckLogLine(line, isSyslog: args.Count > 1, expected),
            "flatten_queues" => CheckQueues(value, expected),
            "file_name_from_response" => CheckFileName(args, expected),
            _ => Verdict.Missing($"nothing here corresponds to {function} with these arguments"),
        };
    }

    /// <summary>Where the clock stood for the recordings.</summary>
    static readonly DateTime Clock = new(2024, 3, 15, 12, 34, 56);

    static byte[]? Bytes(in FieldValue value) => value.Bytes ?? (value.Text is { } text ? Utf8Text.EncodeLenient(text) : null);

    static List<string> Encodings(Vector vector) => [.. ((IReadOnlyList<object?>)vector.Map("kwargs")["encodings"]!).Cast<string>()];

    static bool IsForced(Vector vector) => vector.Map("kwargs")["force"] is true;

    static FieldValue OrError(Func<FieldValue> result)
    {
        try
        {
            return result();
        }
        catch (FormatException)
        {
            return Error;
        }
    }

    static Verdict CheckDecoded(in FieldValue value, object? expected)
    {
        // What the original takes as bytes is the same text here.
        var text = value.Text ?? (value.Bytes is { } bytes ? Encoding.Latin1.GetString(bytes) : null);
        if (text is null) return Vector.IsError(expected) ? Verdict.Passed : Verdict.Failed($"refused, expected {Vector.Show(expected)}");
        return Differs(Base64Text.TryDecode(text, out var decoded) ? Utf8Text.DecodeLenient(decoded) : Error, expected);
    }

    static Verdict CheckFileName(IReadOnlyList<object?> args, object? expected)
    {
        var headers = (IReadOnlyDictionary<string, object?>)args[0]!;
        var name = FileNames.Of(headers.TryGetValue("Content-Disposition", out var disposition) ? (string?)disposition : null, (string)args[1]!);
        return Differs(name, expected);
    }

    /// <summary>The queues that a bot with these <c>destination_queues</c> sends to.</summary>
    static Verdict CheckQueues(in FieldValue queues, object? expected)
    {
        // A list in a list are the queues of several paths.
        var isPaths = queues.List is { } list && list.Any(static item => item is IReadOnlyList<object?>);
        var written = isPaths ? FieldValue.From(queues.List!.Select(static (item, i) => (Path: $"path{i}", item)).ToDictionary(static pair => pair.Path, static pair => pair.item)) : queues;
        var bot = RuntimeConfiguration.Parse($"bot: {{module: m, parameters: {{destination_queues: {JsonText.Write(written)}}}}}", "runtime.yaml", FrozenDictionary<string, string>.Empty).Find("bot")!;
        return Differs(FieldValue.From(bot.DestinationQueues.Values.SelectMany(names => names).Cast<object?>().ToList()), expected);
    }

    static Verdict CheckLogLine(string line, bool isSyslog, object? expected)
    {
        if (isSyslog && Vector.IsError(expected)) return SyslogLine.TryParse(line, Clock, out _) ? Verdict.Failed($"read, expected {Vector.Show(expected)}") : Verdict.Passed;
        if (isSyslog ? !SyslogLine.TryParse(line, Clock, out var entry) : !BotLogReader.TryParse(line, out entry)) return Differs(line, expected);
        var map = new OrderedDictionary<string, object?>
        {
            ["bot_id"] = entry.BotId,
            ["date"] = entry.TimeText,
            ["log_level"] = entry.Level.ToString().ToUpperInvariant(),
            ["message"] = entry.Message,
            ["thread_id"] = (long?)entry.Worker,
        };
        var day = isSyslog && line.Split(' ') is [_, "", ..] ? "on a day of one digit: " : "";
        return DiffersIn(FieldValue.From(map), expected) is { } difference ? Verdict.Failed(day + difference) : Verdict.Passed;
    }

    /// <summary>A line of <c>utils-reverse_readline.jsonl</c>.</summary>
    public static string? CheckLinesBackwards(Vector vector)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, vector.Text("content"));
            var lines = BotLogReader.LinesBackwards(file).Cast<object?>().ToList();
            var difference = DiffersIn(FieldValue.From(lines), vector["result"]);
            return difference is not null && lines.SequenceEqual(AllLines(vector.Text("content")!).Reverse<object?>()) ? $"all lines are read: {difference}" : difference;
        }
        finally
        {
            File.Delete(file);
        }
    }

    static string[] AllLines(string content) => (content.EndsWith('\n') ? content[..^1] : content).Split('\n');

    static Verdict Differs(in FieldValue actual, object? expected) => DiffersIn(actual, expected);

    static string? DiffersIn(in FieldValue actual, object? expected)
    {
        // Times are whole or floating point numbers as it happens.
        if (actual.TryGetNumber(out var number) && FieldValue.From(expected).TryGetNumber(out var wantedNumber) && number.Equals(wantedNumber)) return null;
        var (found, wanted) = (Vector.Show(actual), Vector.Show(Vector.IsError(expected) ? Error : expected));
        return found == wanted ? null : string.Create(CultureInfo.InvariantCulture, $"gave {found}, expected {wanted}");
    }
}
