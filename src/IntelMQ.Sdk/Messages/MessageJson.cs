using System.Buffers;

namespace IntelMQ.Sdk;

/// <summary>How a message is written for other systems.</summary>
public sealed record MessageJsonOptions
{
    /// <summary>Flat, without the type.</summary>
    public static MessageJsonOptions Default { get; } = new();

    /// <summary>Nests names at their dots instead of writing them flat: <c>{"source": {"ip": …}}</c>.</summary>
    public bool Hierarchical { get; init; }

    /// <summary>Adds <c>__type</c>.</summary>
    public bool WithType { get; init; }

    /// <summary>Makes one JSON text of all below <c>extra</c>. As in the original, only for maps: JSON ignores it.</summary>
    public bool JsonDictAsString { get; init; }

    /// <summary>Leaves the field <c>raw</c> out.</summary>
    public bool WithoutRaw { get; init; }
}

/// <summary>The form of messages for other systems, in files and databases: JSON with sorted members, or a map.</summary>
static class MessageJson
{
    public static void Write(IBufferWriter<byte> to, Message message, MessageJsonOptions options)
    {
        if (options.Hierarchical) PythonJson.Write(to, FieldValue.From(ToMap(message, options with { JsonDictAsString = false })), ascii: false, sorted: true);
        else WriteFlat(to, message, options);
    }

    static void WriteFlat(IBufferWriter<byte> to, Message message, MessageJsonOptions options)
    {
        using var order = new FieldOrder(message, stackalloc int[FieldOrder.MostOnStack]);
        to.Write("{"u8);
        var first = true;
        var type = options.WithType;
        foreach (var i in order.Indices)
        {
            var field = message.Slots[i].Field;
            if (options.WithoutRaw && ReferenceEquals(field, Fields.Raw)) continue;
            // Underscores come before all letters; only a name with an odd character can come before them.
            if (type && string.CompareOrdinal(field.Name, "__type") > 0) WriteType(to, message, ref type, ref first);
            message.WriteField(to, i, first ? default : ", "u8, ascii: false);
            first = false;
        }

        if (type) WriteType(to, message, ref type, ref first);
        to.Write("}"u8);
    }

    static void WriteType(IBufferWriter<byte> to, Message message, ref bool pending, ref bool first)
    {
        if (!first) to.Write(", "u8);
        to.Write(message is Event ? "\"__type\": \"Event\""u8 : "\"__type\": \"Report\""u8);
        pending = first = false;
    }

    public static OrderedDictionary<string, object?> ToMap(Message message, MessageJsonOptions options)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        if (options.WithType) map["__type"] = message.TypeName;
        OrderedDictionary<string, OrderedDictionary<string, object?>>? containers = null;
        foreach (var (field, value) in message.Items)
        {
            if (options.WithoutRaw && ReferenceEquals(field, Fields.Raw)) continue;
            var plain = value.Bytes is null ? value.ToObject() : value.ToString();
            var dot = options.JsonDictAsString ? field.Name.IndexOf('.', StringComparison.Ordinal) : -1;
            if (dot > 0 && message.Rules.IsContainer(Field.Named(field.Name[..dot])))
            {
                containers ??= new(StringComparer.Ordinal);
                if (!containers.TryGetValue(field.Name[..dot], out var container)) containers[field.Name[..dot]] = container = new(StringComparer.Ordinal);
                container[field.Name[(dot + 1)..]] = plain;
            }
            else if (options.Hierarchical)
            {
                NestedMap.Put(map, field.Name, plain);
            }
            else
            {
                map[field.Name] = plain;
            }
        }

        if (containers is null) return map;
        foreach (var (name, container) in containers) map[name] = PythonJson.ToText(FieldValue.From(container), ascii: false);
        return map;
    }
}
