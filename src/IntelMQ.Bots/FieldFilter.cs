namespace IntelMQ.Bots;

/// <summary>What a list of fields in a parameter is.</summary>
public enum FieldFilterType
{
    /// <summary>Those that do not count.</summary>
    Blacklist,

    /// <summary>The only ones that count.</summary>
    Whitelist,
}

/// <summary>Fingerprints over the fields that count.</summary>
static class FieldFilter
{
    public static MessageHash HashOf(FieldFilterType type, IReadOnlyList<string> fields) =>
        type == FieldFilterType.Whitelist ? MessageHash.Of(fields) : MessageHash.Without(fields);
}
