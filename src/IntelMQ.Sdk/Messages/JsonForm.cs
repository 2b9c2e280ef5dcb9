using System.Buffers;
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
            to.Write(message.Slots[i].Field.JsonMember);
            message.WriteValue(to, i, ascii: true);
            to.Write(", "u8);
        }

        to.Write(message is Event ? "\"__type\": \"Event\"}"u8 : "\"__type\": \"Report\"}"u8);
    }

    /// <param name="json">One JSON object with <c>__type</c> anywhere in it.</param>
    /// <param name="format">The data format that the message must follow.</param>
    /// <param name="defaultType">What the message is when it has no <c>__type</c>; null demands one.</param>
    /// <exception cref="InvalidMessageException">No JSON object, no or an unknown type, an unknown field, a value that does not fit.</exception>
    public static Message Read(ReadOnlyMemory<byte> json, DataFormat format, string? defaultType = null)
    {
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
            if (key == "__type") continue;
            try
            {
                message.Adopt(Field.Named(key), FieldValue.From(value));
            }
            catch (Exception e) when (e is InvalidKeyException or KeyExistsException)
            {
                // The original's bots stop at an unknown or doubled field; here only the message is set aside.
                throw new InvalidMessageException(e.Message, e);
            }
        }

        return message;
    }
}
