using System.Numerics;
using System.Runtime.CompilerServices;

namespace IntelMQ.Sdk;

/// <summary>What a <see cref="FieldValue"/> holds.</summary>
public enum ValueKind
{
    /// <summary>No value.</summary>
    None,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number that fits 64 bits.</summary>
    Integer,

    /// <summary>A whole number of any size, beyond 64 bits.</summary>
    BigInteger,

    /// <summary>A floating point number; differs from the integer of the same size.</summary>
    Float,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A list of values, as below <c>extra</c>.</summary>
    List,

    /// <summary>An object with keys, as below <c>extra</c>.</summary>
    Map,

    /// <summary>Bytes: raw data of a feed, which the wire shows as Base64.</summary>
    Bytes,
}

/// <summary>
/// A value on its way into or out of a message. Texts, numbers and booleans convert by themselves; nothing is boxed.
/// </summary>
public readonly struct FieldValue : IEquatable<FieldValue>
{
    internal sealed class Marker(ValueKind kind)
    {
        public readonly ValueKind Kind = kind;
    }

    internal static readonly Marker IntegerMarker = new(ValueKind.Integer);
    internal static readonly Marker FloatMarker = new(ValueKind.Float);
    internal static readonly Marker BooleanMarker = new(ValueKind.Boolean);

    internal readonly object? Reference;
    internal readonly long Bits;

    internal FieldValue(object? reference, long bits)
    {
        Reference = reference;
        Bits = bits;
    }

    /// <summary>No value at all.</summary>
    public static FieldValue None => default;

    /// <summary>What this value is.</summary>
    public ValueKind Kind => Reference switch
    {
        null => ValueKind.None,
        string => ValueKind.Text,
        Marker marker => marker.Kind,
        ByteRun run => run.Kind,
        byte[] => ValueKind.Bytes,
        BigInteger => ValueKind.BigInteger,
        IReadOnlyDictionary<string, object?> => ValueKind.Map,
        _ => ValueKind.List,
    };

    /// <summary>Whether there is no value.</summary>
    public bool IsNone => Reference is null;

    /// <summary>Whether this is nothing, empty, zero or false: what the original's language takes for false.</summary>
    public bool IsFalsy => Kind switch
    {
        ValueKind.None => true,
        ValueKind.Text => Reference is string text ? text.Length == 0 : (int)Bits == 0,
        ValueKind.Integer or ValueKind.Boolean => Bits == 0,
        ValueKind.Float => BitConverter.Int64BitsToDouble(Bits) == 0,
        ValueKind.Bytes => ByteCount == 0,
        ValueKind.List => List!.Count == 0,
        ValueKind.Map => Map!.Count == 0,
        _ => false,
    };

    /// <summary>The text, or null when this is none. What was taken out of <see cref="ValueBytes"/> is decoded anew each time.</summary>
    public string? Text => Reference as string ?? (Reference is ByteRun { Kind: ValueKind.Text } run ? run.ToText(Bits) : null);

    /// <summary>The bytes, or null when these are none.</summary>
    public byte[]? Bytes => Reference as byte[] ?? (Reference is ByteRun { Kind: ValueKind.Bytes } run ? run.ToBytes(Bits) : null);

    /// <summary>The list, or null when this is none. Items are null, string, long, BigInteger, double, bool, lists and maps.</summary>
    public IReadOnlyList<object?>? List => Reference as IReadOnlyList<object?>;

    /// <summary>The map, or null when this is none. Values as in <see cref="List"/>; the order is that of the source.</summary>
    public IReadOnlyDictionary<string, object?>? Map => Reference as IReadOnlyDictionary<string, object?>;

    /// <summary>The UTF-8 of a text that was taken out of <see cref="ValueBytes"/> and needs not be decoded; false for any other value.</summary>
    public bool TryGetUtf8(out ReadOnlySpan<byte> utf8)
    {
        var run = Reference as ByteRun;
        var isText = run is { Kind: ValueKind.Text };
        utf8 = isText ? run!.Middle(Bits) : default;
        return isText;
    }

    /// <summary>Number of raw bytes; 0 when these are none.</summary>
    internal int ByteCount => Reference switch
    {
        byte[] bytes => bytes.Length,
        ByteRun { Kind: ValueKind.Bytes } run => run.LengthOf(Bits),
        _ => 0,
    };

    /// <summary>The whole number, when this is one of 64 bits.</summary>
    public bool TryGetInteger(out long value)
    {
        value = Bits;
        return ReferenceEquals(Reference, IntegerMarker);
    }

    /// <summary>The number as floating point, when this is a number of any kind.</summary>
    public bool TryGetNumber(out double value)
    {
        value = ReferenceEquals(Reference, FloatMarker) ? BitConverter.Int64BitsToDouble(Bits)
            : ReferenceEquals(Reference, IntegerMarker) ? Bits
            : Reference is BigInteger big ? PythonNumber.ToDouble(big)
            : double.NaN;
        return Kind is ValueKind.Float or ValueKind.Integer or ValueKind.BigInteger;
    }

    /// <summary>The boolean, when this is one.</summary>
    public bool TryGetBoolean(out bool value)
    {
        value = Bits != 0;
        return ReferenceEquals(Reference, BooleanMarker);
    }

    /// <summary>A value from a plain object: null, string, bool, a number, bytes, a list or a map of such.</summary>
    /// <exception cref="ArgumentException">The object is of another type.</exception>
    public static FieldValue From(object? value) => value switch
    {
        null => None,
        string text => text,
        bool boolean => boolean,
        int number => number,
        long number => number,
        uint number => number,
        ulong number => number <= long.MaxValue ? (long)number : new FieldValue(new BigInteger(number), 0),
        BigInteger number => number >= long.MinValue && number <= long.MaxValue ? (long)number : new FieldValue(number, 0),
        double number => number,
        float number => (double)number,
        byte[] bytes => bytes,
        FieldValue same => same,
        IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> => new FieldValue(value, 0),
        IEnumerable<string> texts => new FieldValue(new List<object?>(texts), 0),
        _ => throw new ArgumentException($"A value of type {value.GetType()} has no place in a message.", nameof(value)),
    };

    /// <summary>The value as a plain object: null, string, long, BigInteger, double, bool, byte[], a list or a map.</summary>
    public object? ToObject() => Kind switch
    {
        ValueKind.Integer => Bits,
        ValueKind.Float => BitConverter.Int64BitsToDouble(Bits),
        ValueKind.Boolean => Bits != 0,
        ValueKind.Text => Text,
        ValueKind.Bytes => Bytes,
        _ => Reference,
    };

    /// <summary>A text.</summary>
    public static implicit operator FieldValue(string? value) => new(value, 0);

    /// <summary>Raw bytes.</summary>
    public static implicit operator FieldValue(byte[]? value) => new(value, 0);

    /// <summary>A whole number.</summary>
    public static implicit operator FieldValue(long value) => new(IntegerMarker, value);

    /// <summary>A whole number.</summary>
    public static implicit operator FieldValue(int value) => new(IntegerMarker, value);

    /// <summary>A whole number or nothing.</summary>
    public static implicit operator FieldValue(long? value) => value is { } v ? v : None;

    /// <summary>A floating point number.</summary>
    public static implicit operator FieldValue(double value) => new(FloatMarker, BitConverter.DoubleToInt64Bits(value));

    /// <summary>True or false.</summary>
    public static implicit operator FieldValue(bool value) => new(BooleanMarker, value ? 1 : 0);

    /// <inheritdoc />
    public bool Equals(FieldValue other) => Kind == other.Kind && Kind switch
    {
        ValueKind.None => true,
        ValueKind.Text => string.Equals(Text, other.Text, StringComparison.Ordinal),
        ValueKind.Integer or ValueKind.Boolean => Bits == other.Bits,
        ValueKind.Float => BitConverter.Int64BitsToDouble(Bits).Equals(BitConverter.Int64BitsToDouble(other.Bits)),
        ValueKind.Bytes => Bytes.AsSpan().SequenceEqual(other.Bytes),
        ValueKind.BigInteger => Reference!.Equals(other.Reference),
        _ => string.Equals(ToString(), other.ToString(), StringComparison.Ordinal),
    };

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is FieldValue other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => Reference switch
    {
        Marker => HashCode.Combine(Kind, Bits),
        string or BigInteger => Reference.GetHashCode(),
        ByteRun { Kind: ValueKind.Text } => Text!.GetHashCode(StringComparison.Ordinal),
        _ => RuntimeHelpers.GetHashCode(null) ^ (int)Kind,
    };

    /// <summary>Same value and same kind.</summary>
    public static bool operator ==(FieldValue left, FieldValue right) => left.Equals(right);

    /// <summary>Different value or different kind.</summary>
    public static bool operator !=(FieldValue left, FieldValue right) => !left.Equals(right);

    /// <summary>The text form: texts as they are, numbers as the original writes them, lists and maps as JSON, bytes as Base64.</summary>
    public override string ToString() => Kind switch
    {
        ValueKind.None => "",
        ValueKind.Text => Text!,
        ValueKind.Bytes => Convert.ToBase64String(Bytes!),
        _ => PythonJson.ToText(this, ascii: false),
    };
}
