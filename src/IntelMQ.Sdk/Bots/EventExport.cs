using System.Buffers;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>Brings messages into the form that an output hands over, as its <see cref="ExportOptions"/> say.</summary>
public sealed class EventExport
{
    readonly Field? _singleKey;
    readonly MessageJsonOptions _form;

    /// <summary>An export with these options.</summary>
    public EventExport(ExportOptions options)
    {
        if (options.SingleKey.Text is { Length: > 0 } key) _singleKey = Field.Named(key);
        _form = new MessageJsonOptions
        {
            Hierarchical = options.IsHierarchical,
            WithType = options.HasType,
            JsonDictAsString = options.MessageJsondictAsString,
            WithoutRaw = !options.KeepRawField,
        };
    }

    /// <summary>Writes the message as UTF-8: JSON with sorted names and no line end, or the text of the single field.</summary>
    /// <exception cref="InvalidOperationException">A field has a plain value and fields below it, and nested objects are asked for.</exception>
    public void Write(IBufferWriter<byte> to, Message message)
    {
        if (_singleKey is not null)
        {
            var text = SingleText(message);
            to.Advance(Encoding.UTF8.GetBytes(text, to.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        }
        else if (_form.JsonDictAsString)
        {
            PythonJson.Write(to, FieldValue.From(message.ToMap(_form)), ascii: false, sorted: true);
        }
        else
        {
            message.WriteJson(to, _form);
        }
    }

    /// <summary>The message as text, as <see cref="Write"/> writes it.</summary>
    public string ToText(Message message)
    {
        if (_singleKey is not null) return SingleText(message);
        var buffer = new ArrayBufferWriter<byte>(1024);
        Write(buffer, message);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The message as a map in the order of its fields, or the value of the single field: for outputs whose target has types of its own.</summary>
    /// <exception cref="InvalidOperationException">A field has a plain value and fields below it, and nested objects are asked for.</exception>
    public FieldValue ToValue(Message message) => _singleKey is null ? FieldValue.From(message.ToMap(_form)) : SingleValue(message);

    string SingleText(Message message)
    {
        var value = SingleValue(message);
        return value.IsNone ? "None" : value.ToString();
    }

    FieldValue SingleValue(Message message)
    {
        var value = message.Get(_singleKey!);
        if (value.IsNone) return value;
        if (ReferenceEquals(_singleKey, Fields.Raw)) return Utf8Text.DecodeLenient(value.Bytes ?? Base64Text.Decode(value.ToString()));
        // The field holds JSON; a text in it is what its reader wants, anything else stays JSON.
        if (ReferenceEquals(_singleKey, Fields.Output) && PythonJsonReader.TryParse(value.ToString(), out var parsed) && parsed is string text) return text;
        return value;
    }
}
