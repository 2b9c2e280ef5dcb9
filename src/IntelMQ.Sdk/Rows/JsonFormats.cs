using System.Buffers;
using System.Text.Json;

namespace IntelMQ.Sdk;

/// <summary>A report that is one JSON list: every item is a row, read when it is asked for.</summary>
sealed class JsonArrayFormat : RowFormat<JsonRow>
{
    static readonly JsonReaderOptions Options = new() { MaxDepth = PythonJsonReader.MostDepth };

    public override IEnumerable<Row<JsonRow>> Read(ReadOnlyMemory<byte> report)
    {
        // NaN and Infinity are no JSON; reports that have them are rare.
        if (PythonJsonReader.HasBareWords(report.Span)) report = PythonJsonReader.QuoteBareWords(report.Span);
        var state = new JsonReaderState(Options);
        var position = 0;
        Start(report, ref position, ref state);
        while (Next(report, ref position, ref state, out var item))
            if (!IsEmpty(item))
                yield return new Row<JsonRow>(new JsonRow(item), static (row, _) => Recover(row!));
    }

    static void Start(ReadOnlyMemory<byte> report, ref int position, ref JsonReaderState state)
    {
        try
        {
            var reader = new Utf8JsonReader(report.Span, isFinalBlock: true, state);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray) throw new InvalidMessageException("The report is no JSON list; a list with one item per row was expected.");
            (position, state) = ((int)reader.BytesConsumed, reader.CurrentState);
        }
        catch (JsonException e)
        {
            throw Invalid(e);
        }
    }

    static bool Next(ReadOnlyMemory<byte> report, ref int position, ref JsonReaderState state, out FieldValue item)
    {
        item = FieldValue.None;
        try
        {
            var reader = new Utf8JsonReader(report.Span[position..], isFinalBlock: true, state);
            reader.Read();
            var more = reader.TokenType != JsonTokenType.EndArray || reader.CurrentDepth > 0;
            if (more) item = FieldValue.From(PythonJsonReader.ReadValue(ref reader));
            else if (reader.Read()) throw new JsonException("There is text after the end of the list.");
            position += (int)reader.BytesConsumed;
            state = reader.CurrentState;
            return more;
        }
        catch (JsonException e)
        {
            throw Invalid(e);
        }
    }

    static InvalidMessageException Invalid(JsonException e) => new($"The report is no valid JSON: {e.Message}", e);

    // What counts as nothing in the original's language is no row there either.
    internal static bool IsEmpty(in FieldValue item) => item.Kind switch
    {
        ValueKind.None => true,
        ValueKind.Text => item.Text!.Length == 0,
        ValueKind.Boolean or ValueKind.Integer => item.Bits == 0,
        ValueKind.Float => BitConverter.Int64BitsToDouble(item.Bits) == 0,
        ValueKind.List => item.List!.Count == 0,
        ValueKind.Map => item.Map!.Count == 0,
        _ => false,
    };

    static byte[] Recover(JsonRow row)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        buffer.Write("["u8);
        PythonJson.Write(buffer, row.Value, ascii: true);
        buffer.Write("]"u8);
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>A report with one JSON value per line. A line that is none fails alone.</summary>
sealed class JsonLinesFormat : RowFormat<JsonRow>
{
    public override IEnumerable<Row<JsonRow>> Read(ReadOnlyMemory<byte> report)
    {
        var lines = new ReportLines(report);
        while (lines.MoveNext())
        {
            var range = lines.Start..lines.End;
            var line = report[range];
            if (Trim(line).IsEmpty) continue;
            var (item, error) = Parse(line);
            if (error is not null) yield return new Row<JsonRow>(error, Recover, Trim(line));
            else if (!JsonArrayFormat.IsEmpty(item)) yield return new Row<JsonRow>(new JsonRow(item), Recover, Trim(line));
        }
    }

    static (FieldValue Item, Exception? Error) Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return (FieldValue.From(PythonJsonReader.Parse(line.Span)), null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (FieldValue.None, new InvalidMessageException($"The line is no valid JSON: {e.Message}", e));
        }
    }

    static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> line) => line.Trim("\r\n \t"u8);

    static byte[] Recover(JsonRow? row, object? line) => ((ReadOnlyMemory<byte>)line!).ToArray();
}
