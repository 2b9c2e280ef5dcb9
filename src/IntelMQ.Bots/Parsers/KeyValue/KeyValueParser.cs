using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.KeyValue;

/// <summary>Parses lines of keys and values, such as those of firewalls: <c>srcip=192.0.2.1 type=scan</c>.</summary>
/// <remarks>Quotes do not protect the separator of pairs. A value that its field does not take is left out.</remarks>
[Bot("intelmq.bots.parsers.key_value.parser")]
public sealed class KeyValueParser(KeyValueParserOptions options) : Parser<string>
{
    Dictionary<string, Field> _fields = [];

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines();

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _fields = options.Keys.ToDictionary(pair => pair.Key, pair => Field.Named(pair.Value), StringComparer.Ordinal);
        return default;
    }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        var e = report.NewEvent();
        foreach (var pair in row.Split(options.PairSeparator))
        {
            var separator = pair.LastIndexOf(options.KvSeparator, StringComparison.Ordinal);
            if (separator <= 0 || !_fields.TryGetValue(pair[..separator], out var field)) continue;
            var value = pair[(separator + options.KvSeparator.Length)..];
            if (options.StripQuotes && value is ['"', .. var inner, '"']) value = inner;
            // A field that has a value already is an error, one that does not take the value is none.
            e.AddToFirst(field == TimeSource ? ReadTime(value) : value, field);
        }

        return [e];
    }

    string? ReadTime(string value)
    {
        var format = value.Length > 0 && value.All(char.IsAsciiDigit) ? TimeFormat.Timestamp : TimeFormat.Fuzzy;
        if (format.TryConvert(value, out var time)) return time;
        if (value.Length > 0) Log.Warning($"'{value}' is no time that is understood; the event gets no time.source.");
        return null;
    }
}

/// <summary>Parameters of <see cref="KeyValueParser"/>.</summary>
public sealed record KeyValueParserOptions : BotOptions, ICheckable
{
    /// <summary>The fields that the values go to, by their keys in the line; at least one.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; init; } = new Dictionary<string, string>();

    /// <summary>What stands between two pairs.</summary>
    public string PairSeparator { get; init; } = " ";

    /// <summary>What stands between key and value; the last one in a pair counts.</summary>
    public string KvSeparator { get; init; } = "=";

    /// <summary>Whether double quotes around a value are taken away.</summary>
    public bool StripQuotes { get; init; } = true;

    /// <summary>Has no effect: a key that goes to <c>time.source</c> is read as a time anyway.</summary>
    public string? TimestampKey { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Keys.Count == 0) yield return Error("keys", "is empty; expected a map from key to field, such as srcip: source.ip");
        if (PairSeparator.Length == 0) yield return Error("pair_separator", "is empty; expected a text");
        if (KvSeparator.Length == 0) yield return Error("kv_separator", "is empty; expected a text");
    }

    static CheckResult Error(string parameter, string text) => new(BotLogLevel.Error, $"{parameter}: {text}.", parameter);
}
