using System.Collections.Frozen;

namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>Which types the fields of events have.</summary>
sealed class FieldTypes
{
    readonly FrozenDictionary<string, DataType> _types;
    readonly bool _isComplete;

    FieldTypes(DataFormat format, bool isComplete)
    {
        _types = format.EventFields.ToFrozenDictionary(StringComparer.Ordinal);
        _isComplete = isComplete;
    }

    /// <summary>Those of an installation.</summary>
    public static FieldTypes Of(DataFormat format) => new(format, isComplete: true);

    /// <summary>Those that every installation has; it may have more.</summary>
    public static FieldTypes Shipped { get; } = new(DataFormat.Shipped, isComplete: false);

    public bool IsAddress(Key key) => TypeOf(key) == DataType.IpAddress;

    /// <summary>Why a field cannot be compared with numbers, or null if it can or that is not known.</summary>
    public string? WhyNoNumber(Key key) => TypeOf(key) switch
    {
        null => _isComplete || key.IsVariable || key.Name.StartsWith("extra.", StringComparison.Ordinal) ? $"Invalid key: {(key.IsVariable ? "$" : "")}{key.Name}. Only fields of the data format with a type for numbers can be compared with numbers." : null,
        var type when type == DataType.Integer || type == DataType.Float || type == DataType.Accuracy || type == DataType.Asn => null,
        var type => $"Incompatible type: {type.Name}. Only fields of the types Integer, Float, Accuracy and ASN can be compared with numbers.",
    };

    DataType? TypeOf(Key key) => key.IsVariable ? null : _types.GetValueOrDefault(key.Name);
}
