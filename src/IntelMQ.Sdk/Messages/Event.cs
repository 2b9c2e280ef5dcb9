namespace IntelMQ.Sdk;

/// <summary>One observation: a parsed row of a feed, in the fields of the data format.</summary>
public sealed class Event : Message
{
    /// <summary>An event without any field.</summary>
    public Event(DataFormat format) : base(format, isEvent: true)
    {
    }

    /// <summary>An event with the same fields, on which changes have no effect here.</summary>
    public Event Clone()
    {
        var copy = new Event(Format);
        copy.TakeFieldsOf(this);
        return copy;
    }

    /// <inheritdoc />
    public override string TypeName => "Event";
}
