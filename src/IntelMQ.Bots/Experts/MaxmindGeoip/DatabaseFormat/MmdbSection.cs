using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace IntelMQ.Bots.Experts.MaxmindGeoip.DatabaseFormat;

/// <summary>Types of values, with their numbers in the file.</summary>
enum MmdbType
{
    Pointer = 1,
    Text = 2,
    Double = 3,
    Bytes = 4,
    UInt16 = 5,
    UInt32 = 6,
    Map = 7,
    Int32 = 8,
    UInt64 = 9,
    UInt128 = 10,
    List = 11,
    Boolean = 14,
    Float = 15,
}

/// <summary>A part of the file that holds values one behind the other; pointers count from its beginning.</summary>
sealed class MmdbSection(MmdbFile file, long start, long end)
{
    // More than any real record has: a small file can be made to mean a large tree by pointers to the same value.
    const int MostDepth = 64;
    const int MostValues = 100_000;

    public bool Contains(long at) => at >= start && at < end;

    /// <summary>The place of the value of a key in a map; null when it is not there, or where there is no map.</summary>
    /// <exception cref="InvalidDataException">The section is broken.</exception>
    public long? Find(long at, ReadOnlySpan<byte> key)
    {
        at = Resolve(at);
        var (type, size) = Head(ref at);
        if (type != MmdbType.Map) return null;
        for (; size > 0; size--)
        {
            if (IsKey(ref at, key)) return at;
            Skip(ref at);
        }

        return null;
    }

    bool IsKey(ref long at, ReadOnlySpan<byte> key)
    {
        var place = Resolve(at);
        Skip(ref at);
        var (type, size) = Head(ref place);
        if (type != MmdbType.Text) throw MmdbFile.Broken(place, "the key of a map is no text");
        if (size != key.Length) return false;
        Span<byte> name = size <= 64 ? stackalloc byte[size] : new byte[size];
        Read(place, name);
        return name.SequenceEqual(key);
    }

    /// <summary>A value with all that is below it.</summary>
    /// <exception cref="InvalidDataException">The section is broken, or the value is larger than any real one.</exception>
    public FieldValue Decode(long at)
    {
        var budget = MostValues;
        return FieldValue.From(Decode(ref at, 0, ref budget));
    }

    object? Decode(ref long at, int depth, ref int budget)
    {
        if (depth > MostDepth || --budget < 0) throw MmdbFile.Broken(at, $"a value is deeper than {MostDepth} or has more than {MostValues} parts");
        var place = Resolve(at);
        var isPointed = place != at;
        if (isPointed) Skip(ref at);
        var (type, size) = Head(ref place);
        var value = type switch
        {
            MmdbType.Map => Map(ref place, size, depth, ref budget),
            MmdbType.List => List(ref place, size, depth, ref budget),
            MmdbType.Boolean => size != 0,
            _ => Plain(ref place, type, size),
        };
        if (!isPointed) at = place;
        return value;
    }

    OrderedDictionary<string, object?> Map(ref long at, int size, int depth, ref int budget)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        for (; size > 0; size--)
        {
            var name = Decode(ref at, depth + 1, ref budget) as string ?? throw MmdbFile.Broken(at, "the key of a map is no text");
            map[name] = Decode(ref at, depth + 1, ref budget);
        }

        return map;
    }

    List<object?> List(ref long at, int size, int depth, ref int budget)
    {
        var list = new List<object?>();
        for (; size > 0; size--) list.Add(Decode(ref at, depth + 1, ref budget));
        return list;
    }

    object Plain(ref long at, MmdbType type, int size)
    {
        var most = type switch
        {
            MmdbType.Text or MmdbType.Bytes => int.MaxValue,
            MmdbType.UInt16 => 2,
            MmdbType.UInt32 or MmdbType.Int32 or MmdbType.Float => 4,
            MmdbType.UInt64 or MmdbType.Double => 8,
            MmdbType.UInt128 => 16,
            _ => throw MmdbFile.Broken(at, $"there is no type {(int)type} of values"),
        };
        if (size > most || (type is MmdbType.Double or MmdbType.Float && size != most)) throw MmdbFile.Broken(at, $"a value of the type {type} has {size} bytes");
        // Before there is memory for it.
        if (size > end - at) throw MmdbFile.Broken(at, "it ends within a value");
        var bytes = new byte[size];
        Read(at, bytes);
        at += size;
        return type switch
        {
            MmdbType.Text => Encoding.UTF8.GetString(bytes),
            MmdbType.Bytes => bytes,
            MmdbType.Double => BinaryPrimitives.ReadDoubleBigEndian(bytes),
            MmdbType.Float => (double)BinaryPrimitives.ReadSingleBigEndian(bytes),
            // Leading zeros are left out, so that only four bytes can be negative.
            MmdbType.Int32 => (long)(int)(uint)Number(bytes),
            MmdbType.UInt128 => new BigInteger(bytes, isUnsigned: true, isBigEndian: true),
            _ => (ulong)Number(bytes),
        };
    }

    static UInt128 Number(ReadOnlySpan<byte> bytes)
    {
        var number = UInt128.Zero;
        foreach (var one in bytes) number = number << 8 | one;
        return number;
    }

    /// <summary>Goes behind a value; what it points to is not looked at.</summary>
    void Skip(ref long at)
    {
        for (long values = 1; values > 0; values--)
        {
            var (type, size) = Head(ref at);
            switch (type)
            {
                case MmdbType.Pointer:
                    _ = Target(ref at, size);
                    break;
                case MmdbType.Map:
                    values += 2L * size;
                    break;
                case MmdbType.List:
                    values += size;
                    break;
                case MmdbType.Boolean:
                    break;
                default:
                    at += size;
                    break;
            }
        }
    }

    /// <summary>The place itself, or the one that its value points to.</summary>
    long Resolve(long at)
    {
        var place = at;
        var (type, size) = Head(ref place);
        if (type != MmdbType.Pointer) return at;
        var target = Target(ref place, size);
        place = target;
        return Head(ref place).Type == MmdbType.Pointer ? throw MmdbFile.Broken(target, "a pointer points to another one") : target;
    }

    /// <summary>What stands before a value: its type, and its size in bytes or parts (of a pointer the five bits with its size and beginning).</summary>
    (MmdbType Type, int Size) Head(ref long at)
    {
        var control = (int)Take(ref at, 1);
        var (type, size) = (control >> 5, control & 0x1f);
        if (type == (int)MmdbType.Pointer) return (MmdbType.Pointer, size);
        if (type == 0) type = 7 + (int)Take(ref at, 1);
        size = size switch
        {
            29 => 29 + (int)Take(ref at, 1),
            30 => 285 + (int)Take(ref at, 2),
            31 => 65_821 + (int)Take(ref at, 3),
            _ => size,
        };
        return ((MmdbType)type, size);
    }

    long Target(ref long at, int bits)
    {
        var first = (long)(bits & 7);
        return start + (bits >> 3) switch
        {
            0 => first << 8 | Take(ref at, 1),
            1 => (first << 16 | Take(ref at, 2)) + 2048,
            2 => (first << 24 | Take(ref at, 3)) + 526_336,
            _ => Take(ref at, 4),
        };
    }

    long Take(ref long at, int count)
    {
        Span<byte> bytes = stackalloc byte[count];
        Read(at, bytes);
        at += count;
        return (long)Number(bytes);
    }

    void Read(long at, Span<byte> to)
    {
        if (at < start || to.Length > end - at) throw MmdbFile.Broken(at, "a value is not where values are");
        file.Read(at, to);
    }
}
