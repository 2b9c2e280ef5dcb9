namespace IntelMQ.Sdk;

/// <summary>Parameters of every output that writes events as JSON; <see cref="EventExport"/> acts on them.</summary>
public abstract record ExportOptions : BotOptions
{
    /// <summary>Writes nested objects, <c>{"source": {"ip": …}}</c>, instead of names with dots.</summary>
    [Parameter(DefaultJson = "false")]
    public bool? HierarchicalOutput { get; init; }

    /// <summary>Other name of <c>hierarchical_output</c>.</summary>
    public bool? MessageHierarchical { get; init; }

    /// <summary>Other name of <c>hierarchical_output</c>.</summary>
    public bool? MessageHierarchicalOutput { get; init; }

    /// <summary>Writes <c>__type</c>, which tells events from reports.</summary>
    [Parameter(DefaultJson = "false")]
    public bool? MessageWithType { get; init; }

    /// <summary>Other name of <c>message_with_type</c>.</summary>
    public bool? WithType { get; init; }

    /// <summary>Writes <c>extra</c> as one field that holds JSON as text.</summary>
    public bool MessageJsondictAsString { get; init; }

    /// <summary>Writes the value of this field alone; <c>raw</c> is written decoded.</summary>
    [Parameter(DefaultJson = "false")]
    public FieldValue SingleKey { get; init; } = false;

    /// <summary>Writes <c>raw</c> too, which is left out otherwise.</summary>
    public bool KeepRawField { get; init; }

    /// <summary>Whether names with dots become nested objects, by whichever name it was asked for.</summary>
    public bool IsHierarchical => HierarchicalOutput ?? MessageHierarchical ?? MessageHierarchicalOutput ?? false;

    /// <summary>Whether <c>__type</c> is written, by whichever name it was asked for.</summary>
    public bool HasType => MessageWithType ?? WithType ?? false;
}
