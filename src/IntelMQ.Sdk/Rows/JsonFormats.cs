using System.Buffers;
using System.Text.Json;

namespace IntelMQ.Sdk;

/// <summary>A report that is one JSON list: every item is a row, read when it is asked for.</summary>
/// <param name="within">Name of the member that holds the list, should the report be an object; null where it never is.</param>
sealed class JsonArrayFormat(string? within) : RowFormat<JsonRow>
{
    static readonly JsonReaderOptions Options = new() { MaxDepth = PythonJsonReader.MostDepth };

    public override IEnumerable<Row<JsonRow>> Read(ReadOnlyMemory<byte> report)
    {
        // NaN and Infinity are no JSON; reports that have them are rare.
        if (PythonJsonReader.HasBareWords(report.Span)) report = PythonJsonReader.QuoteBareWords(report.Span);
        var state = new JsonReaderState(Options);
        var position = 0;
        var depth = Start(report, ref position, ref state);
        while (Next(report, depth, ref position, ref state, out var item))
            if (!IsEmpty(item))
                yield return new Row<JsonRow>(new JsonRow(item), static (row, _) => Recover(row!));
    }

    /// <returns>How deep the list lies.</returns>
    int Start(ReadOnlyMemory<byte> report, ref int position, ref JsonReaderState state)
    {
        try
        {
            var reader = new Utf8JsonReader(report.Span, isFinalBlock: true, state);
            if (!reader.Read() || !FindList(ref reader)) throw new InvalidMessageException($"The report is no JSON list; a list with one item per row{(within is null ? "" : $", or an object with such a list as '{within}',")} was expected.");
            (position, state) = ((int)reader.BytesConsumed, reader.CurrentState);
            return reader.CurrentDepth;
        }
        catch (JsonException e)
        {
            throw Invalid(e);
        }
    }

    bool FindList(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray) return true;
        if (within is null || reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(within);
            reader.Read();
            if (found) return reader.TokenType == JsonTokenType.StartArray;
            reader.Skip();
        }

        return false;
    }

    static bool Next(ReadOnlyMemory<byte> report, int depth, ref int position, ref JsonReaderState state, out FieldValue item)
    {
        item = FieldValue.None;
        try
        {
            var reader = new Utf8JsonReader(report.Span[position..], isFinalBlock: true, state);
            reader.Read();
            var more = reader.TokenType != JsonTokenType.EndArray || reader.CurrentDepth > depth;
            if (more) item = FieldValue.From(PythonJsonReader.ReadValue(ref reader));
            else if (depth == 0 && reader.Read()) throw new JsonException("There is text after the end of the list.");
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

/// <summary>A report that is one JSON value, and one row.</summary>
sealed class JsonDocumentFormat : RowFormat<JsonRow>
{
    public override IEnumerable<Row<JsonRow>> Read(ReadOnlyMemory<byte> report)
    {
        if (report.Trim("\r\n \t"u8).IsEmpty) yield break;
        yield return new Row<JsonRow>(Parse(report), static (_, origin) => ((ReadOnlyMemory<byte>)origin!).ToArray(), report);
    }

    static JsonRow Parse(ReadOnlyMemory<byte> report)
    {
        try
        {
            return new JsonRow(JsonText.Parse(report.Span));
        }
        catch (FormatException e)
        {
            throw new InvalidMessageException($"The report is no JSON: {e.Message}", e);
        }
    }
}
