using System.Text.Json;

namespace IntelMQ.Bots.Parsers.Json;

/// <summary>One JSON document and where it stands in the report.</summary>
public readonly struct JsonDocumentRow
{
    readonly ArraySegment<byte> _json;
    readonly ValueBytes _values;

    internal JsonDocumentRow(in ArraySegment<byte> json, ValueBytes values)
    {
        _json = json;
        _values = values;
    }

    internal ReadOnlyMemory<byte> Json => _json;

    internal FieldValue Raw => _values.Raw(_json.Offset, _json.Count);

    /// <summary>
    /// Takes values out of the bytes of an object, member by member. Whatever is unusual or wrong is left to the way over a
    /// map, which also finds the words for what is wrong; the event is of no use then.
    /// </summary>
    internal bool TryReadInPlace(Event e, Report report)
    {
        try
        {
            var reader = new Utf8JsonReader(_json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            var seen = default(SeenFields);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                if (!TryReadMember(ref reader, e, report, ref seen))
                    return false;
            return !reader.Read();
        }
        catch (Exception error) when (error is JsonException or ArgumentException or FormatException or InvalidOperationException or InvalidMessageException)
        {
            return false;
        }
    }

    bool TryReadMember(ref Utf8JsonReader reader, Event e, Report report, ref SeenFields seen)
    {
        if (reader.ValueIsEscaped) return false;
        if (reader.ValueTextEquals("__type"u8)) return reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("Event"u8);

        var field = Field.Named(reader.ValueSpan);
        reader.Read();
        // Of a doubled name the last value counts, at the place of the first.
        var exists = e.Has(field);
        if ((exists && !report.Has(field)) || seen.Has(field)) return false;
        var isEmpty = IsEmpty(reader);
        if ((exists || isEmpty) && !seen.TryAdd(field)) return false;
        return isEmpty || TryReadValue(ref reader, e, field);
    }

    // Without a value, what the report says about its feed stays.
    static bool IsEmpty(in Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null
        || (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped
            && (reader.ValueSpan.IsEmpty || reader.ValueSpan.SequenceEqual("-"u8) || reader.ValueSpan.SequenceEqual("N/A"u8)));

    bool TryReadValue(ref Utf8JsonReader reader, Event e, Field field)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when !reader.ValueIsEscaped:
                e.Update(field, _values.Text(_json.Offset + (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
                return true;
            case JsonTokenType.Number when reader.TryGetInt64(out var whole):
                e.Update(field, whole);
                return true;
            case JsonTokenType.True or JsonTokenType.False:
                e.Update(field, reader.TokenType == JsonTokenType.True);
                return true;
            default:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var value = JsonText.Parse(_json.AsSpan()[start..(int)reader.BytesConsumed]);
                // An escaped text may turn out to be an empty one.
                if (value.IsFalsy || value.Text is "-" or "N/A") return false;
                e.Update(field, value);
                return true;
        }
    }

    /// <summary>The few fields of an object that have no value or that the report has too.</summary>
    struct SeenFields
    {
        const int Most = 16;

        Fields _fields;
        int _count;

        public bool TryAdd(Field field)
        {
            if (_count == Most) return false;
            _fields[_count++] = field;
            return true;
        }

        public readonly bool Has(Field field)
        {
            for (var i = 0; i < _count; i++)
                if (ReferenceEquals(_fields[i], field))
                    return true;
            return false;
        }

        [System.Runtime.CompilerServices.InlineArray(Most)]
        struct Fields
        {
            Field _first;
        }
    }
}
