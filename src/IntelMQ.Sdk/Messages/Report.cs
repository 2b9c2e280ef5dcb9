using System.Text;

namespace IntelMQ.Sdk;

/// <summary>Raw data of a feed on its way from a collector to a parser.</summary>
public sealed class Report : Message
{
    /// <summary>A report without any field.</summary>
    public Report(DataFormat format) : base(format, isEvent: false)
    {
    }

    /// <summary>A report with the fields of an event that reports can have, such as its <c>raw</c>.</summary>
    public static Report FromEvent(Event source)
    {
        var report = new Report(source.Format);
        foreach (var (field, value) in source.Items)
            if (!IsIgnored(value) && report.Rules.Find(field) is not null)
                report.Put(field, value);
        return report;
    }

    /// <summary>A report with the same fields, on which changes have no effect here.</summary>
    public Report Clone()
    {
        var copy = new Report(Format) { CopiedFields = CopiedFields };
        copy.TakeFieldsOf(this);
        return copy;
    }

    /// <inheritdoc />
    public override string TypeName => "Report";

    /// <summary>Fields of the report that events made from it get besides the feed's: the parser's <c>copy_collector_provided_fields</c>.</summary>
    internal IReadOnlyList<Field> CopiedFields { get; set; } = [];

    static readonly Field[] FeedFields =
    [
        Fields.FeedAccuracy, Fields.FeedCode, Fields.FeedDocumentation, Fields.FeedName, Fields.FeedProvider, Fields.FeedUrl,
        Fields.RtirId, Fields.TimeObservation,
    ];

    Event? _previous;

    /// <summary>The raw data as bytes, decoded from their Base64 form.</summary>
    /// <exception cref="InvalidMessageException">The text under <c>raw</c> is not Base64.</exception>
    public ReadOnlyMemory<byte> RawBytes
    {
        get
        {
            // Not copied out of the bytes of the message: reports are large.
            if (TryGetEncodedBytes(Fields.Raw, out var bytes)) return bytes;
            if (TryGetEncodedText(Fields.Raw, out var base64) && Base64Text.TryDecodePlain(base64, out var decoded)) return decoded;
            var raw = Get(Fields.Raw);
            return raw.IsNone ? default : raw.Bytes ?? Base64Text.Decode(raw.ToString());
        }
    }

    /// <summary>The raw data as text: UTF-8, where bytes that are none are left out.</summary>
    /// <exception cref="InvalidMessageException">The text under <c>raw</c> is not Base64.</exception>
    public string RawText => Utf8Text.DecodeLenient(RawBytes.Span);

    /// <summary>An event that says which feed it is from and when it was observed.</summary>
    public Event NewEvent()
    {
        // Events of one report mostly have as many fields as each other.
        var result = new Event(Format) { Room = _previous is null ? 0 : _previous.Count + 2 };
        _previous = result;
        foreach (var field in FeedFields) Copy(field, result);
        foreach (var field in CopiedFields) CopyWithBelow(field, result);
        return result;
    }

    void Copy(Field field, Event to)
    {
        if (!Has(field)) return;
        var value = Get(field);
        if (!IsIgnored(value) && to.Rules.Find(field) is not null) to.Put(field, value);
    }

    void CopyWithBelow(Field field, Event to)
    {
        if (!Rules.IsContainer(field))
        {
            Copy(field, to);
            return;
        }

        foreach (var (key, value) in Items)
            if (key.Name.StartsWith(field.Name + ".", StringComparison.Ordinal))
                to.Put(key, value);
    }
}
