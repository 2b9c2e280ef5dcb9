using System.Text;
using System.Text.Json;

namespace IntelMQ.Bots.Parsers;

/// <summary>A report that is one JSON array; each object in it is a row. Items that say nothing (null, an empty object) are left out.</summary>
sealed class JsonArrayFormat : RowFormat<IReadOnlyDictionary<string, object?>>
{
    static readonly Func<IReadOnlyDictionary<string, object?>?, object?, byte[]> RecoverItem =
        static (_, item) => Encoding.ASCII.GetBytes(JsonValues.ToAsciiText(FieldValue.From(new List<object?> { item })));

    /// <exception cref="InvalidMessageException">The report is no JSON array.</exception>
    public override IEnumerable<Row<IReadOnlyDictionary<string, object?>>> Read(ReadOnlyMemory<byte> report)
    {
        using var document = Parse(report);
        foreach (var element in document.RootElement.EnumerateArray())
        {
            if (SaysNothing(element)) continue;
            var item = JsonValues.ToObject(element);
            yield return item is IReadOnlyDictionary<string, object?> map
                ? new Row<IReadOnlyDictionary<string, object?>>(map, RecoverItem, item)
                : new Row<IReadOnlyDictionary<string, object?>>(new InvalidMessageException("An item of the list is no JSON object."), RecoverItem, item);
        }
    }

    static bool SaysNothing(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Object => !element.EnumerateObject().Any(),
        JsonValueKind.Array => element.GetArrayLength() == 0,
        JsonValueKind.String => element.ValueEquals(""u8),
        _ => false,
    };

    static JsonDocument Parse(ReadOnlyMemory<byte> report)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(report);
        }
        catch (JsonException e)
        {
            throw new InvalidMessageException($"The report is no JSON: {e.Message}", e);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Array) return document;
        document.Dispose();
        throw new InvalidMessageException("The report is no JSON array.");
    }
}
