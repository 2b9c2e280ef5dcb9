using System.Runtime.InteropServices;
using System.Text.Json;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Json;

/// <summary>Parses events that another IntelMQ has written as JSON.</summary>
/// <remarks>
/// Names are those of the data format, with dots; nested objects are not taken apart. What an object says about its feed
/// replaces what the report says. A <c>raw</c> in the object is Base64; without one, the object itself becomes <c>raw</c>.
/// </remarks>
[Bot("intelmq.bots.parsers.json.parser")]
public sealed class JsonParser(JsonParserOptions options) : Parser<JsonDocumentRow>
{
    /// <inheritdoc />
    protected override RowFormat<JsonDocumentRow> Format { get; } = new JsonDocumentsFormat(options.Splitlines);

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonDocumentRow row, Report report)
    {
        var e = report.NewEvent();
        if (!row.TryReadInPlace(e, report))
        {
            e = report.NewEvent();
            e.Update(ReadFields(row.Json));
        }

        if (!e.Has(Raw)) e.Add(Raw, row.Raw);
        return [e];
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
sealed class JsonDocumentsFormat(bool isSplit) : RowFormat<JsonDocumentRow>
{
    static readonly Func<JsonDocumentRow, object?, byte[]> RecoverDocument = static (document, _) => document.Json.ToArray();

    public override IEnumerable<Row<JsonDocumentRow>> Read(ReadOnlyMemory<byte> report)
    {
        if (!MemoryMarshal.TryGetArray(report, out var bytes)) bytes = report.ToArray();
        var values = new ValueBytes(bytes.Array!);
        if (!isSplit)
        {
            yield return new Row<JsonDocumentRow>(new(bytes, values), RecoverDocument);
            yield break;
        }

        for (var rest = bytes; rest.Count > 0;)
        {
            var end = rest.AsSpan().IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = rest[(end < 0 ? rest.Count : end + 1)..];
            if (line.Count > 0 && line[^1] == '\r') line = line[..^1];
            if (line.AsSpan().Trim(" \t\r"u8).Length > 0) yield return new Row<JsonDocumentRow>(new(line, values), RecoverDocument);
        }
    }
}
