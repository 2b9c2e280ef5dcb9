using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>
/// The compact form of a message, in which it lies on brokers that only our own bots read. A byte for the kind, then
/// the fields to the end: key (number + 1, or 0 and the name), tag, value. Numbers are LEB128. Whatever a bot did not
/// touch is copied from the bytes the message came as; a message to which fields were only added is these bytes and
/// the new fields behind them.
/// </summary>
static class BinaryForm
{
    public const byte EventKind = 1, ReportKind = 2;

    enum Tag : byte
    {
        Text = 1,
        Integer = 2,
        Float = 3,
        True = 4,
        False = 5,
        Bytes = 6,
        BigInteger = 7,
        Json = 8,

        // A text that is no valid UTF-16 (JSON can spell lone surrogates) has no UTF-8 form.
        Utf16 = 9,
    }

    /// <exception cref="InvalidMessageException">The bytes are not a message in this form.</exception>
    public static Message Read(ReadOnlyMemory<byte> encoded, DataFormat format)
    {
        Message message = encoded.IsEmpty ? throw Broken("it is empty") : encoded.Span[0] switch
        {
            EventKind => new Event(format),
            ReportKind => new Report(format),
            var kind => throw Broken($"kind {kind} is not known"),
        };
        message.Attach(encoded);
        return message;
    }

    public static void Write(IBufferWriter<byte> to, Message message)
    {
        var output = new BinaryOutput(to);
        var slots = message.Slots;
        var encoded = message.Encoded.Span;
        var kept = message.Pristine;
        if (kept >= 0)
        {
            output.Write(encoded);
            slots = slots[kept..];
        }
        else
        {
            output.WriteByte(message is Event ? EventKind : ReportKind);
        }

        foreach (ref readonly var slot in slots)
        {
            WriteKey(ref output, slot.Field);
            if (slot.Reference is null) output.Write(slot.In(encoded));
            else WriteValue(ref output, new FieldValue(slot.Reference, slot.Bits));
        }

        output.End();
    }

    static void WriteKey(ref BinaryOutput to, Field field)
    {
        if (field.Number >= 0)
        {
            to.WriteNumber((ulong)field.Number + 1);
            return;
        }

        to.WriteByte(0);
        to.WriteNumber((ulong)field.Utf8Name.Length);
        to.Write(field.Utf8Name);
    }

    static void WriteValue(ref BinaryOutput to, in FieldValue value)
    {
        if (value.Reference is ByteRun run)
        {
            WriteRun(ref to, run, value.Bits);
            return;
        }

        switch (value.Kind)
        {
            case ValueKind.Text: WriteText(ref to, value.Text!); break;
            case ValueKind.Integer:
                to.WriteByte((byte)Tag.Integer);
                to.WriteNumber((ulong)((value.Bits << 1) ^ (value.Bits >> 63)));
                break;
            case ValueKind.Float:
                to.WriteByte((byte)Tag.Float);
                BinaryPrimitives.WriteInt64LittleEndian(to.Reserve(8), value.Bits);
                to.Advance(8);
                break;
            case ValueKind.Boolean: to.WriteByte((byte)(value.Bits != 0 ? Tag.True : Tag.False)); break;
            case ValueKind.Bytes: WriteRun(ref to, Tag.Bytes, value.Bytes); break;
            case ValueKind.BigInteger: WriteRun(ref to, Tag.BigInteger, Encoding.ASCII.GetBytes(value.ToString())); break;
            case ValueKind.List or ValueKind.Map: WriteRun(ref to, Tag.Json, Encoding.ASCII.GetBytes(PythonJson.ToText(value, ascii: true))); break;
            default: throw new InvalidOperationException("A message stores no null.");
        }
    }

    static void WriteText(ref BinaryOutput to, string text)
    {
        if (text.Length < 128)
        {
            // Most values: the length takes one byte, and a plain text needs one pass.
            var span = to.Reserve(text.Length + 2);
            if (System.Text.Ascii.FromUtf16(text, span[2..], out var written) == OperationStatus.Done)
            {
                span[0] = (byte)Tag.Text;
                span[1] = (byte)written;
                to.Advance(written + 2);
                return;
            }
        }

        int length;
        try
        {
            length = StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            WriteRun(ref to, Tag.Utf16, System.Runtime.InteropServices.MemoryMarshal.AsBytes(text.AsSpan()));
            return;
        }

        to.WriteByte((byte)Tag.Text);
        to.WriteNumber((ulong)length);
        to.Advance(StrictUtf8.GetBytes(text, to.Reserve(length)));
    }

    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    static void WriteRun(ref BinaryOutput to, Tag tag, ReadOnlySpan<byte> bytes)
    {
        to.WriteByte((byte)tag);
        to.WriteNumber((ulong)bytes.Length);
        to.Write(bytes);
    }

    static void WriteRun(ref BinaryOutput to, ByteRun run, long bits)
    {
        to.WriteByte((byte)(run.Kind == ValueKind.Text ? Tag.Text : Tag.Bytes));
        to.WriteNumber((ulong)run.LengthOf(bits));
        to.Write(run.Before);
        to.Write(run.Middle(bits));
        to.Write(run.After);
    }

    /// <summary>Finds the fields of a message without decoding their values.</summary>
    /// <returns>The slots, with a few to spare for what the bot adds.</returns>
    public static Slot[] ReadSlots(ReadOnlySpan<byte> encoded, out int count, out KnownFields known)
    {
        // How many there are is known at the end only: they are found in an array that each thread keeps.
        var found = foundSlots ??= new Slot[64];
        count = 0;
        known = default;
        var at = 1;
        while (at < encoded.Length)
        {
            var field = ReadKey(encoded, ref at);
            var start = at;
            Skip(encoded, ref at);
            if (count == found.Length) Array.Resize(ref found, count * 2);
            ref var slot = ref found[count++];
            slot.Field = field;
            slot.Place(start, at - start);
            known.Add(field.Number);
        }

        if (count <= MostKept) foundSlots = found;
        var slots = new Slot[count + Spare];
        Array.Copy(found, slots, count);
        return slots;
    }

    const int Spare = 4;
    const int MostKept = 1024;

    [ThreadStatic]
    static Slot[]? foundSlots;

    static Field ReadKey(ReadOnlySpan<byte> encoded, ref int at)
    {
        var number = ReadNumber(encoded, ref at);
        if (number > 0)
            return number <= int.MaxValue && FieldTable.FromNumber((int)number - 1) is { } known ? known : throw Broken($"field number {number} is not known");
        return FieldTable.Find(ReadRun(encoded, ref at));
    }

    static void Skip(ReadOnlySpan<byte> encoded, ref int at)
    {
        if (at >= encoded.Length) throw Broken("it ends within a field");
        switch ((Tag)encoded[at++])
        {
            case Tag.Integer: ReadNumber(encoded, ref at); break;
            case Tag.Float: at += 8; break;
            case Tag.True or Tag.False: break;
            case Tag.Text or Tag.Bytes or Tag.BigInteger or Tag.Json or Tag.Utf16: ReadRun(encoded, ref at); break;
            default: throw Broken($"tag {encoded[at - 1]} is not known");
        }

        if (at > encoded.Length) throw Broken("it ends within a value");
    }

    /// <summary>The UTF-8 bytes of a value that is a text.</summary>
    public static bool TryGetText(ReadOnlySpan<byte> encoded, out ReadOnlySpan<byte> utf8)
    {
        var at = 1;
        utf8 = (Tag)encoded[0] == Tag.Text ? ReadRun(encoded, ref at) : default;
        return (Tag)encoded[0] == Tag.Text;
    }

    /// <summary>The bytes of a value that is raw data, as a part of the message.</summary>
    public static bool TryGetBytes(ReadOnlyMemory<byte> encoded, out ReadOnlyMemory<byte> bytes)
    {
        var isBytes = (Tag)encoded.Span[0] == Tag.Bytes;
        var at = 1;
        bytes = isBytes ? encoded[^ReadRun(encoded.Span, ref at).Length..] : default;
        return isBytes;
    }

    /// <summary>Decodes one value, from its tag on, into a slot.</summary>
    public static void DecodeValue(ReadOnlySpan<byte> encoded, ref Slot slot)
    {
        var at = 1;
        var value = (Tag)encoded[0] switch
        {
            Tag.Text => Encoding.UTF8.GetString(ReadRun(encoded, ref at)),
            Tag.Integer => ReadNumber(encoded, ref at) is var n ? (long)(n >> 1) ^ -(long)(n & 1) : 0,
            Tag.Float => BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64LittleEndian(encoded[1..])),
            Tag.True => true,
            Tag.False => false,
            Tag.Bytes => ReadRun(encoded, ref at).ToArray(),
            Tag.BigInteger => BigInteger.TryParse(Encoding.ASCII.GetString(ReadRun(encoded, ref at)), System.Globalization.CultureInfo.InvariantCulture, out var big)
                ? FieldValue.From(big)
                : throw Broken("a large number has other characters than digits"),
            Tag.Json => PythonJsonReader.TryParse(ReadRun(encoded, ref at), out var json) && json is not null ? FieldValue.From(json) : throw Broken("a list or map is no JSON"),
            Tag.Utf16 => new string(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(ReadRun(encoded, ref at))),
            var tag => throw Broken($"tag {tag} is not known"),
        };
        slot.Reference = value.Reference;
        slot.Bits = value.Bits;
    }

    static ReadOnlySpan<byte> ReadRun(ReadOnlySpan<byte> encoded, scoped ref int at)
    {
        var length = ReadNumber(encoded, ref at);
        if (length > (ulong)(encoded.Length - at)) throw Broken("it ends within a value");
        var run = encoded.Slice(at, (int)length);
        at += (int)length;
        return run;
    }

    static ulong ReadNumber(ReadOnlySpan<byte> encoded, ref int at)
    {
        ulong result = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= encoded.Length) break;
            var b = encoded[at++];
            result |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return result;
        }

        throw Broken("a number does not end");
    }

    static InvalidMessageException Broken(string how) => new($"The bytes of a message cannot be read: {how}.");
}
