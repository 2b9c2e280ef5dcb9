using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Json;

/// <summary>Parses events that another IntelMQ has written as JSON.</summary>
/// <remarks>
/// Names are those of the data format, with dots; nested objects are not taken apart. What an object says about its feed
/// replaces what the report says. A <c>raw</c> in the object is Base64; without one, the object itself becomes <c>raw</c>.
/// </remarks>
[Bot("intelmq.bots.parsers.json.parser")]
public sealed class JsonParser(JsonParserOptions options) : Parser<ReadOnlyMemory<byte>>
{
    /// <inheritdoc />
    protected override RowFormat<ReadOnlyMemory<byte>> Format { get; } = new JsonDocumentsFormat(options.Splitlines);

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(ReadOnlyMemory<byte> row, Report report)
    {
        var e = report.NewEvent();
        e.Update(ReadFields(row));
        if (!e.Has(Raw)) e.Add(Raw, row.ToArray());
        yield return e;
    }

    /// <summary>What the object says; members without a value leave what the report says about its feed.</summary>
    static IEnumerable<KeyValuePair<string, object?>> ReadFields(ReadOnlyMemory<byte> json)
    {
        var map = JsonText.Parse(json.Span).Map ?? throw new InvalidMessageException("This is no JSON object.");
        if (map.TryGetValue("__type", out var type) && type is not "Event")
            throw new InvalidMessageException($"The object is of the type {JsonText.Write(FieldValue.From(type))}; expected \"Event\".");
        return map.Where(static member => member.Key != "__type" && member.Value is not (null or "" or "-" or "N/A"));
    }
}

/// <summary>Parameters of <see cref="JsonParser"/>.</summary>
public sealed record JsonParserOptions : BotOptions
{
    /// <summary>Takes each line for an event of its own, instead of the whole report for one.</summary>
    public bool Splitlines { get; init; }
}

/// <summary>A report that is one JSON document, or one per line.</summary>
sealed class JsonDocumentsFormat(bool isSplit) : RowFormat<ReadOnlyMemory<byte>>
{
    static readonly Func<ReadOnlyMemory<byte>, object?, byte[]> RecoverDocument = static (document, _) => document.ToArray();

    public override IEnumerable<Row<ReadOnlyMemory<byte>>> Read(ReadOnlyMemory<byte> report)
    {
        if (!isSplit)
        {
            yield return new Row<ReadOnlyMemory<byte>>(report, RecoverDocument);
            yield break;
        }

        while (!report.IsEmpty)
        {
            var end = report.Span.IndexOf((byte)'\n');
            var line = end < 0 ? report : report[..end];
            report = end < 0 ? default : report[(end + 1)..];
            if (line.Length > 0 && line.Span[^1] == '\r') line = line[..^1];
            if (line.Span.Trim(" \t\r"u8).Length > 0) yield return new Row<ReadOnlyMemory<byte>>(line, RecoverDocument);
        }
    }
}
