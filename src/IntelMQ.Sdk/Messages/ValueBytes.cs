using System.Text;
using System.Text.Unicode;

namespace IntelMQ.Sdk;

/// <summary>Bytes of a report that values are parts of: a value taken from here copies nothing until somebody asks for its text.</summary>
/// <remarks>The bytes must not change any more. They stay in memory as long as one of the values does.</remarks>
public sealed class ValueBytes
{
    readonly byte[] _bytes;
    readonly ByteRun _texts;
    readonly ByteRun _raws;

    /// <summary>Values from these bytes.</summary>
    public ValueBytes(byte[] bytes) : this(bytes, [], [])
    {
    }

    /// <summary>Values from these bytes, where raw data stands between two other pieces, such as the header of a table and a line end.</summary>
    /// <param name="bytes">What the values are parts of.</param>
    /// <param name="before">What comes before each value of <see cref="Raw"/>.</param>
    /// <param name="after">What follows it.</param>
    public ValueBytes(byte[] bytes, byte[] before, byte[] after)
    {
        _bytes = bytes;
        _texts = new ByteRun(bytes, ValueKind.Text, [], []);
        _raws = new ByteRun(bytes, ValueKind.Bytes, before, after);
    }

    /// <summary>A text.</summary>
    /// <exception cref="ArgumentException">The bytes there are no UTF-8.</exception>
    public FieldValue Text(int start, int length) =>
        Utf8.IsValid(_bytes.AsSpan(start, length)) ? _texts.Slice(start, length) : throw new ArgumentException($"The {length} bytes at {start} are no UTF-8.", nameof(start));

    /// <summary>Raw data, with the pieces around it.</summary>
    public FieldValue Raw(int start, int length)
    {
        _ = _bytes.AsSpan(start, length);
        return _raws.Slice(start, length);
    }
}

/// <summary>What a <see cref="FieldValue"/> refers to that is a part of other bytes; which part, its bits say.</summary>
sealed class ByteRun(byte[] bytes, ValueKind kind, byte[] before, byte[] after)
{
    public ValueKind Kind => kind;

    public ReadOnlySpan<byte> Before => before;

    public ReadOnlySpan<byte> After => after;

    public FieldValue Slice(int start, int length) => new(this, ((long)start << 32) | (uint)length);

    public ReadOnlySpan<byte> Middle(long bits) => bytes.AsSpan((int)(bits >> 32), (int)bits);

    public int LengthOf(long bits) => before.Length + (int)bits + after.Length;

    public string ToText(long bits) => Encoding.UTF8.GetString(Middle(bits));

    public byte[] ToBytes(long bits) => [.. before, .. Middle(bits), .. after];
}
