using System.Collections.Frozen;

namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>Which types the fields of events have.</summary>
sealed class FieldTypes
{
    readonly FrozenDictionary<string, DataType> _types;

    FieldTypes(DataFormat format, bool isCertain)
    {
        _types = format.EventFields.ToFrozenDictionary(StringComparer.Ordinal);
        IsCertain = isCertain;
    }

    /// <summary>Those of an installation.</summary>
    public static FieldTypes Of(DataFormat format) => new(format, isCertain: true);

    /// <summary>Those that an installation has unless its data format says otherwise.</summary>
    public static FieldTypes Shipped { get; } = new(DataFormat.Shipped, isCertain: false);

    /// <summary>Whether this is what messages are checked against, rather than what is likely.</summary>
    public bool IsCertain { get; }

    public bool IsAddress(Key key) => TypeOf(key) == DataType.IpAddress;

    /// <summary>Why a field cannot be compared with numbers, or null if it can or that is not known.</summary>
    public string? WhyNoNumber(Key key) => TypeOf(key) switch
    {
        null => IsCertain || key.IsVariable || key.Name.StartsWith("extra.", StringComparison.Ordinal) ? $"Invalid key: {(key.IsVariable ? "$" : "")}{key.Name}. Only fields of the data format with a type for numbers can be compared with numbers." : null,
        var type when type == DataType.Integer || type == DataType.Float || type == DataType.Accuracy || type == DataType.Asn => null,
        var type => $"Incompatible type: {type.Name}. Only fields of the types Integer, Float, Accuracy and ASN can be compared with numbers.",
    };

    DataType? TypeOf(Key key) => key.IsVariable ? null : _types.GetValueOrDefault(key.Name);
}
