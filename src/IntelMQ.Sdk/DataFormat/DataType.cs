using System.Collections.Frozen;

namespace IntelMQ.Sdk;

/// <summary>A type of the data format: brings values into its form and tells which values have it.</summary>
/// <remarks>
/// No input makes a type throw, and none takes more than time in proportion to its length. Where the original lets an
/// exception escape (padding of Base64, brackets in a URL), the value is invalid here.
/// </remarks>
public abstract class DataType
{
    private protected DataType(string name) => Name = name;

    /// <summary>Its name in <c>harmonization.conf</c>, such as <c>IPAddress</c>.</summary>
    public string Name { get; }

    /// <summary>Brings a value into the form of this type.</summary>
    /// <param name="value">Any value, from a feed or from another bot.</param>
    /// <param name="sanitized">The value in its form; may still be one that <see cref="IsValid"/> refuses.</param>
    /// <returns>False when the value cannot be brought into form.</returns>
    public abstract bool TrySanitize(in FieldValue value, out FieldValue sanitized);

    /// <summary>Whether a value may be stored as it is.</summary>
    public abstract bool IsValid(in FieldValue value);

    /// <summary>Whether UTF-8 surely is a text that is in form and valid, so that it needs not be decoded; false means nothing.</summary>
    private protected virtual bool IsInForm(ReadOnlySpan<byte> utf8) => false;

    /// <summary>Sanitizes and validates UTF-8 of the usual spelling; what it refuses may still be a value for <see cref="TrySanitize"/>.</summary>
    internal virtual bool TryAcceptUtf8(in FieldValue text, ReadOnlySpan<byte> utf8, out FieldValue accepted)
    {
        accepted = text;
        return IsInForm(utf8);
    }

    /// <summary>Whether a value may be stored after it was brought into form.</summary>
    public bool IsValidSanitized(in FieldValue value) => TrySanitize(value, out var sanitized) && IsValid(sanitized);

    /// <inheritdoc />
    public override string ToString() => Name;

    /// <summary>Any text that is not empty.</summary>
    public static DataType String { get; } = new StringType();

    /// <summary>Raw data: bytes here, Base64 on the wire.</summary>
    public static DataType Base64 { get; } = new Base64Type();

    /// <summary>True or false.</summary>
    public static DataType Boolean { get; } = new BooleanType();

    /// <summary>The top-level incident categories.</summary>
    public static DataType ClassificationTaxonomy { get; } = new ClassificationTaxonomyType();

    /// <summary>The kinds of incident.</summary>
    public static DataType ClassificationType { get; } = new ClassificationTypeType();

    /// <summary>A point in time, as <c>2015-08-31T08:16:10+00:00</c>.</summary>
    public static DataType DateTime { get; } = new DateTimeType();

    /// <summary>A floating point number.</summary>
    public static DataType Float { get; } = new FloatType();

    /// <summary>A percentage from 0 to 100.</summary>
    public static DataType Accuracy { get; } = new AccuracyType();

    /// <summary>A host name in lower case, without outer dots, in ASCII form.</summary>
    public static DataType Fqdn { get; } = new FqdnType();

    /// <summary>A whole number of any size.</summary>
    public static DataType Integer { get; } = new IntegerType();

    /// <summary>The number of an autonomous system.</summary>
    public static DataType Asn { get; } = new AsnType();

    /// <summary>An IPv4 or IPv6 address.</summary>
    public static DataType IpAddress { get; } = new IpAddressType();

    /// <summary>An IPv4 or IPv6 network.</summary>
    public static DataType IpNetwork { get; } = new IpNetworkType();

    /// <summary>A text that holds JSON.</summary>
    public static DataType Json { get; } = new JsonType();

    /// <summary>A JSON object whose members are fields of their own.</summary>
    public static DataType JsonDict { get; } = new JsonDictType();

    /// <summary>A text in lower case.</summary>
    public static DataType LowercaseString { get; } = new LowercaseStringType();

    /// <summary>A text in upper case.</summary>
    public static DataType UppercaseString { get; } = new UppercaseStringType();

    /// <summary>A regional internet registry.</summary>
    public static DataType Registry { get; } = new RegistryType();

    /// <summary>A marking of the Traffic Light Protocol.</summary>
    public static DataType Tlp { get; } = new TlpType();

    /// <summary>A URL with an authority.</summary>
    public static DataType Url { get; } = new UrlType();

    /// <summary>The type of fields below a <see cref="JsonDict"/>: any value.</summary>
    internal static DataType SubKey { get; } = new AnyType();

    /// <summary>All types that a <c>harmonization.conf</c> can name.</summary>
    public static IReadOnlyCollection<DataType> All => ByName.Values;

    static FrozenDictionary<string, DataType> ByName => field ??= new DataType[]
    {
        Accuracy, Asn, Base64, Boolean, ClassificationTaxonomy, ClassificationType, DateTime, Float, Fqdn, Integer, IpAddress, IpNetwork, Json,
        JsonDict, LowercaseString, Registry, String, Tlp, UppercaseString, Url,
    }.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>The type with a name as in <c>harmonization.conf</c>, or null when there is none.</summary>
    public static DataType? Named(string name) => ByName.GetValueOrDefault(name);

    sealed class AnyType() : DataType("SubKey")
    {
        public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
        {
            sanitized = value;
            return true;
        }

        public override bool IsValid(in FieldValue value) => true;

        private protected override bool IsInForm(ReadOnlySpan<byte> utf8) => true;
    }
}
