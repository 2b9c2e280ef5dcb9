namespace IntelMQ.Sdk;

/// <summary>One observation: a parsed row of a feed, in the fields of the data format.</summary>
public sealed class Event : Message
{
    /// <summary>An event without any field.</summary>
    public Event(DataFormat format) : base(format, isEvent: true)
    {
    }

    /// <inheritdoc />
    public override string TypeName => "Event";
}
