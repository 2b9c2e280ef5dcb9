using System.Buffers;
using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>
/// A fingerprint of the content of messages, the same that the original computes, so that both can share a cache of
/// what was seen. The time of observation is never part of it.
/// </summary>
public sealed class MessageHash
{
    /// <summary>Length of a fingerprint in bytes.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    readonly bool[] _skippedNumbers = new bool[Fields.KnownCount];
    readonly FrozenSet<string> _names;
    readonly bool _onlyNamed;

    MessageHash(IEnumerable<string> names, bool onlyNamed)
    {
        _names = names.ToFrozenSet(StringComparer.Ordinal);
        _onlyNamed = onlyNamed;
        for (var i = 0; i < _skippedNumbers.Length; i++)
            if (FieldTable.FromNumber(i) is { } field)
                _skippedNumbers[i] = ReferenceEquals(field, Fields.TimeObservation) || _names.Contains(field.Name) != onlyNamed;
    }

    /// <summary>Over all fields.</summary>
    public static MessageHash OfAll { get; } = Without([]);

    /// <summary>Over all fields but these.</summary>
    public static MessageHash Without(IEnumerable<string> names) => Create(names, onlyNamed: false);

    /// <summary>Over these fields only.</summary>
    public static MessageHash Of(IEnumerable<string> names) => Create(names, onlyNamed: true);

    static MessageHash Create(IEnumerable<string> names, bool onlyNamed)
    {
        // Makes the table of known fields complete before it is asked.
        Field.Named("time.observation");
        return new MessageHash(names, onlyNamed);
    }

    /// <summary>The fingerprint in lower-case hexadecimal, 64 characters.</summary>
    public string ComputeText(Message message)
    {
        Span<byte> hash = stackalloc byte[Size];
        Compute(message, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Writes the fingerprint to the first <see cref="Size"/> bytes of a span.</summary>
    public void Compute(Message message, Span<byte> to)
    {
        using var order = new FieldOrder(message, stackalloc int[FieldOrder.MostOnStack]);
        var input = HashInput.Take();
        foreach (var i in order.Indices)
        {
            var field = message.Slots[i].Field;
            if (Skips(field)) continue;
            input.Write(field.Utf8Name);
            input.Write(Separator);
            if (message.TryGetEncodedText(i, out var utf8) && PythonText.NeedsNoEscape(utf8)) AppendQuoted(input, utf8);
            else AppendRepr(input, message.Value(i));
            input.Write(Separator);
        }

        input.Finish(to);
        input.GiveBack();
    }

    static ReadOnlySpan<byte> Separator => [0xc0];

    bool Skips(Field field) => field.Number >= 0 ? _skippedNumbers[field.Number] : _names.Contains(field.Name) != _onlyNamed;

    // A text that nobody asked for needs not be decoded to be hashed.
    static void AppendQuoted(HashInput to, ReadOnlySpan<byte> ascii)
    {
        to.Write("'"u8);
        to.Write(ascii);
        to.Write("'"u8);
    }

    static void AppendRepr(HashInput to, in FieldValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Text: AppendText(to, value.Text!); break;
            case ValueKind.Bytes: AppendBase64(to, value.Bytes!); break;
            case ValueKind.Integer:
                Utf8Formatter.TryFormat(value.Bits, to.GetSpan(20), out var written);
                to.Advance(written);
                break;
            case ValueKind.Float: AppendFloat(to, BitConverter.Int64BitsToDouble(value.Bits)); break;
            case ValueKind.Boolean: to.Write(value.Bits != 0 ? "True"u8 : "False"u8); break;
            default: to.Write(Encoding.UTF8.GetBytes(PythonText.Repr(value))); break;
        }
    }

    static void AppendFloat(HashInput to, double value)
    {
        Span<char> text = stackalloc char[PythonJson.MostFloatChars];
        var length = PythonJson.FormatFloat(value, json: false, text);
        to.Advance(Encoding.ASCII.GetBytes(text[..length], to.GetSpan(length)));
    }

    static void AppendText(HashInput to, string text)
    {
        if (text.Length <= HashInput.PartSize / 4)
        {
            var span = to.GetSpan(text.Length + 2);
            if (Ascii.FromUtf16(text, span[1..], out var written) == OperationStatus.Done && PythonText.NeedsNoEscape(span.Slice(1, written)))
            {
                span[0] = span[written + 1] = (byte)'\'';
                to.Advance(written + 2);
                return;
            }
        }

        AppendEscaped(to, text);
    }

    static void AppendEscaped(HashInput to, string text)
    {
        var quote = PythonText.QuoteFor(text);
        Span<char> escape = stackalloc char[10];
        to.Write([(byte)quote]);
        for (var i = 0; i < text.Length; i++)
        {
            var whole = Rune.TryGetRuneAt(text, i, out var rune);
            var span = to.GetSpan(10);
            if (whole && PythonText.IsPrintable(rune) && rune.Value != quote && rune.Value != '\\')
            {
                to.Advance(rune.EncodeToUtf8(span));
            }
            else
            {
                var length = PythonText.WriteEscape(escape, whole ? rune.Value : text[i], quote);
                to.Advance(Encoding.ASCII.GetBytes(escape[..length], span));
            }

            if (whole) i += rune.Utf16SequenceLength - 1;
        }

        to.Write([(byte)quote]);
    }

    static void AppendBase64(HashInput to, ReadOnlySpan<byte> bytes)
    {
        const int part = HashInput.PartSize / 4 * 3 / 3 * 3;
        to.Write("'"u8);
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(part, bytes.Length)..])
        {
            var now = bytes[..Math.Min(part, bytes.Length)];
            Base64.EncodeToUtf8(now, to.GetSpan(Base64.GetMaxEncodedToUtf8Length(now.Length)), out _, out var written);
            to.Advance(written);
        }

        to.Write("'"u8);
    }

    /// <summary>Collects what is hashed: short messages go to the hash function in one piece, long ones part by part.</summary>
    sealed class HashInput : IBufferWriter<byte>
    {
        public const int PartSize = 16 * 1024;

        // One for each thread; in use it is taken out, so that a second one is made if it ever comes to that.
        [ThreadStatic]
        static HashInput? free;

        readonly byte[] _buffer = new byte[PartSize * 2];
        IncrementalHash? _begun;
        int _length;

        public void Advance(int count) => _length += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return _buffer.AsMemory(_length);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return _buffer.AsSpan(_length);
        }

        void Reserve(int size)
        {
            if (_length < PartSize && _buffer.Length - _length >= Math.Max(size, 1)) return;
            _begun ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            _begun.AppendData(_buffer, 0, _length);
            _length = 0;
        }

        public void Finish(Span<byte> to)
        {
            if (_begun is null)
            {
                SHA256.HashData(_buffer.AsSpan(0, _length), to);
                return;
            }

            _begun.AppendData(_buffer, 0, _length);
            _begun.GetHashAndReset(to);
            _begun.Dispose();
            _begun = null;
        }

        public static HashInput Take()
        {
            var taken = free ?? new HashInput();
            free = null;
            taken._length = 0;
            return taken;
        }

        public void GiveBack() => free = this;
    }
}
