using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace IntelMQ.Sdk;

/// <summary>The form of a message on brokers that the original's bots read too: one JSON object, byte for byte as the original writes it.</summary>
static class JsonForm
{
    /// <summary>The wire form: fields in order, non-ASCII escaped, <c>__type</c> last.</summary>
    public static byte[] Write(Message message)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        Write(buffer, message);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Write(IBufferWriter<byte> to, Message message)
    {
        to.Write("{"u8);
        for (var i = 0; i < message.Count; i++)
        {
            message.WriteField(to, i, i == 0 ? default : ", "u8, ascii: true);
        }

        if (message.Count > 0) to.Write(", "u8);
        to.Write(message is Event ? "\"__type\": \"Event\"}"u8 : "\"__type\": \"Report\"}"u8);
    }

    /// <param name="json">One JSON object with <c>__type</c> anywhere in it.</param>
    /// <param name="format">The data format that the message must follow.</param>
    /// <param name="defaultType">What the message is when it has no <c>__type</c>; null demands one.</param>
    /// <exception cref="InvalidMessageException">No JSON object, no or an unknown type, an unknown field, a value that does not fit.</exception>
    public static Message Read(ReadOnlyMemory<byte> json, DataFormat format, string? defaultType = null)
    {
        if (TryReadInOrder(json.Span, format, out var message)) return message;

        object? parsed;
        try
        {
            parsed = PythonJsonReader.Parse(json.Span);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidMessageException($"The message is no JSON: {e.Message}", e);
        }

        if (parsed is not OrderedDictionary<string, object?> map) throw new InvalidMessageException("The message is no JSON object.");
        return FromMap(map, format, defaultType);
    }

    static ReadOnlySpan<byte> EventEnd => "\"__type\": \"Event\"}"u8;

    static ReadOnlySpan<byte> ReportEnd => "\"__type\": \"Report\"}"u8;

    /// <summary>
    /// Reads a message as the original writes it, with the type at its end, field by field into its place. Whatever is
    /// unusual or wrong is left to the way over a map, which also finds the words for what is wrong.
    /// </summary>
    static bool TryReadInOrder(ReadOnlySpan<byte> json, DataFormat format, [NotNullWhen(true)] out Message? message)
    {
        message = null;
        var isEvent = json.EndsWith(EventEnd);
        if (!isEvent && !json.EndsWith(ReportEnd)) return false;
        var typeStart = json.Length - (isEvent ? EventEnd.Length : ReportEnd.Length);
        if (json.IndexOf("\"__type"u8) != typeStart || PythonJsonReader.HasBareWords(json)) return false;

        message = isEvent ? new Event(format) : new Report(format);
        try
        {
            return TryReadFields(json, message);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    static bool TryReadFields(ReadOnlySpan<byte> json, Message message)
    {
        var reader = new Utf8JsonReader(json, PythonJsonReader.Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueIsEscaped) return false;
            if (reader.ValueSpan.SequenceEqual("__type"u8))
            {
                reader.Read();
                continue;
            }

            var field = FieldTable.Find(reader.ValueSpan);
            reader.Read();
            // A doubled name: of several values the last one counts.
            if (Adopt(message, field, PythonJsonReader.ReadField(ref reader)) == AddResult.Exists) return false;
        }

        return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
    }

    static AddResult Adopt(Message message, Field field, in FieldValue value)
    {
        try
        {
            return message.TryAdopt(field, value, overwrite: false);
        }
        catch (InvalidKeyException e)
        {
            // The original's bots stop at an unknown field; here only the message is set aside.
            throw new InvalidMessageException(e.Message, e);
        }
    }

    /// <inheritdoc cref="Read"/>
    public static Message FromMap(OrderedDictionary<string, object?> map, DataFormat format, string? defaultType = null)
    {
        var type = map.TryGetValue("__type", out var named) ? named as string ?? PythonText.Repr(FieldValue.From(named)) : defaultType;
        Message message = type switch
        {
            "Event" => new Event(format),
            "Report" => new Report(format),
            null => throw new InvalidMessageException("The message does not say what it is: '__type' is missing."),
            _ => throw new InvalidMessageException($"Argument '__type' is invalid. Should be of type: ('Event', 'Message', 'Report'). Got '{type}'."),
        };

        foreach (var (key, value) in map)
        {
            if (key != "__type" && Adopt(message, Field.Named(key), FieldValue.From(value)) == AddResult.Exists)
                throw new InvalidMessageException($"key '{key}' already exists");
        }

        return message;
    }
}
