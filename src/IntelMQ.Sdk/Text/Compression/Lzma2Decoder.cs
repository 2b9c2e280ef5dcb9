using System.Buffers.Binary;

namespace IntelMQ.Sdk;

/// <summary>Unpacks LZMA2. All that was unpacked stays in one buffer, which is the dictionary too.</summary>
sealed class Lzma2Decoder(long most)
{
    const int States = 12;
    const int PositionStates = 16;
    const int LengthStates = 4;
    const int FirstModelSlot = 4;
    const int EndModelSlot = 14;
    const int FullDistances = 128;
    const int LeastMatch = 2;

    readonly ushort[] _isMatch = new ushort[States * PositionStates];
    readonly ushort[] _isRep = new ushort[States];
    readonly ushort[] _isRep0 = new ushort[States];
    readonly ushort[] _isRep1 = new ushort[States];
    readonly ushort[] _isRep2 = new ushort[States];
    readonly ushort[] _isLongRep0 = new ushort[States * PositionStates];
    readonly ushort[] _slots = new ushort[LengthStates * 64];
    readonly ushort[] _special = new ushort[FullDistances];
    readonly ushort[] _align = new ushort[16];
    readonly LengthModel _matchLength = new();
    readonly LengthModel _repLength = new();
    ushort[] _literals = [];
    byte[] _output = new byte[4096];
    int _length;
    int _dictionaryStart;
    int _state;
    int _rep0;
    int _rep1;
    int _rep2;
    int _rep3;
    int _literalContext;
    int _literalMask;
    int _positionMask;

    public int Length => _length;

    public ReadOnlySpan<byte> Output => _output.AsSpan(0, _length);

    /// <summary>Unpacks the chunks up to their end; returns how many bytes they take.</summary>
    public int Decode(ReadOnlySpan<byte> data)
    {
        var at = 0;
        while (true)
        {
            var control = Xz.Byte(data, at++);
            if (control == 0) return at;
            if (control is 1 || control >= 0xE0) _dictionaryStart = _length;
            if (control >= 0x80) at = DecodeChunk(data, at, control);
            else if (control <= 2) at = CopyChunk(data, at);
            else throw Xz.Broken();
        }
    }

    int CopyChunk(ReadOnlySpan<byte> data, int at)
    {
        if (data.Length - at < 2) throw Xz.Broken();
        var size = BinaryPrimitives.ReadUInt16BigEndian(data[at..]) + 1;
        if (size > data.Length - at - 2) throw Xz.Broken();
        Reserve(size);
        data.Slice(at + 2, size).CopyTo(_output.AsSpan(_length));
        _length += size;
        return at + 2 + size;
    }

    int DecodeChunk(ReadOnlySpan<byte> data, int at, byte control)
    {
        if (data.Length - at < 5) throw Xz.Broken();
        var unpacked = ((control & 0x1F) << 16) + BinaryPrimitives.ReadUInt16BigEndian(data[at..]) + 1;
        var packed = BinaryPrimitives.ReadUInt16BigEndian(data[(at + 2)..]) + 1;
        at += 4;
        if (control >= 0xC0) SetProperties(data[at++]);
        if (control >= 0xA0) Reset();
        if (_literals.Length == 0 || packed > data.Length - at) throw Xz.Broken();
        Reserve(unpacked);
        var range = new RangeDecoder(data.Slice(at, packed));
        DecodeSymbols(ref range, _length + unpacked);
        return at + packed;
    }

    void Reserve(int size)
    {
        if (_length + (long)size > most) throw new InvalidDataException($"The archive holds more than {most} bytes.");
        if (_output.Length - _length < size) Array.Resize(ref _output, (int)Math.Min(Array.MaxLength, Math.Max(_length + (long)size, _output.Length * 2L)));
    }

    void SetProperties(byte properties)
    {
        if (properties >= 9 * 5 * 5) throw Xz.Broken();
        _literalContext = properties % 9;
        var literalPosition = properties / 9 % 5;
        if (_literalContext + literalPosition > 4) throw Xz.Broken();
        _literalMask = (1 << literalPosition) - 1;
        _positionMask = (1 << properties / 45) - 1;
        _literals = new ushort[0x300 << (_literalContext + literalPosition)];
    }

    void Reset()
    {
        (_state, _rep0, _rep1, _rep2, _rep3) = (0, 0, 0, 0, 0);
        foreach (var models in new[] { _isMatch, _isRep, _isRep0, _isRep1, _isRep2, _isLongRep0, _slots, _special, _align, _literals }) models.AsSpan().Fill(RangeDecoder.Half);
        _matchLength.Reset();
        _repLength.Reset();
    }

    void DecodeSymbols(ref RangeDecoder range, int end)
    {
        while (_length < end)
        {
            var position = (_length - _dictionaryStart) & _positionMask;
            if (range.Bit(ref _isMatch[_state * PositionStates + position]) == 0)
            {
                Literal(ref range);
                continue;
            }

            int length;
            if (range.Bit(ref _isRep[_state]) == 0)
            {
                (_rep3, _rep2, _rep1) = (_rep2, _rep1, _rep0);
                length = _matchLength.Decode(ref range, position);
                _state = _state < 7 ? 7 : 10;
                _rep0 = Distance(ref range, length);
            }
            else if (ShortRepetition(ref range, position))
            {
                length = 1 - LeastMatch;
                _state = _state < 7 ? 9 : 11;
            }
            else
            {
                length = _repLength.Decode(ref range, position);
                _state = _state < 7 ? 8 : 11;
            }

            Copy(length + LeastMatch, end);
        }
    }

    void Literal(ref RangeDecoder range)
    {
        var position = _length - _dictionaryStart;
        var previous = position > 0 ? _output[_length - 1] : 0;
        var models = _literals.AsSpan(0x300 * (((position & _literalMask) << _literalContext) + (previous >> (8 - _literalContext))), 0x300);
        var symbol = 1;
        if (_state >= 7)
        {
            if (_rep0 >= position) throw Xz.Broken();
            int match = _output[_length - _rep0 - 1];
            do
            {
                var matchBit = (match >> 7) & 1;
                match <<= 1;
                var bit = range.Bit(ref models[((1 + matchBit) << 8) + symbol]);
                symbol = (symbol << 1) | bit;
                if (matchBit != bit) break;
            }
            while (symbol < 0x100);
        }

        while (symbol < 0x100) symbol = (symbol << 1) | range.Bit(ref models[symbol]);
        _output[_length++] = (byte)symbol;
        _state = _state < 4 ? 0 : _state < 10 ? _state - 3 : _state - 6;
    }

    /// <summary>Chooses one of the last distances; true when one byte of it is meant.</summary>
    bool ShortRepetition(ref RangeDecoder range, int position)
    {
        if (range.Bit(ref _isRep0[_state]) == 0) return range.Bit(ref _isLongRep0[_state * PositionStates + position]) == 0;
        int distance;
        if (range.Bit(ref _isRep1[_state]) == 0)
        {
            distance = _rep1;
        }
        else
        {
            if (range.Bit(ref _isRep2[_state]) == 0)
            {
                distance = _rep2;
            }
            else
            {
                distance = _rep3;
                _rep3 = _rep2;
            }

            _rep2 = _rep1;
        }

        (_rep1, _rep0) = (_rep0, distance);
        return false;
    }

    int Distance(ref RangeDecoder range, int length)
    {
        var slot = range.Tree(_slots.AsSpan(Math.Min(length, LengthStates - 1) * 64, 64), 6);
        if (slot < FirstModelSlot) return slot;
        var direct = (slot >> 1) - 1;
        var distance = (2 | (slot & 1)) << direct;
        if (slot < EndModelSlot) return distance + range.ReverseTree(_special.AsSpan(distance - slot), direct);
        distance += range.Direct(direct - 4) << 4;
        return distance + range.ReverseTree(_align, 4);
    }

    void Copy(int length, int end)
    {
        // A distance beyond 31 bits is negative here.
        if ((uint)_rep0 >= (uint)(_length - _dictionaryStart) || length > end - _length) throw Xz.Broken();
        for (; length > 0; length--, _length++) _output[_length] = _output[_length - _rep0 - 1];
    }

    sealed class LengthModel
    {
        readonly ushort[] _choice = new ushort[2];
        readonly ushort[] _low = new ushort[PositionStates * 8];
        readonly ushort[] _mid = new ushort[PositionStates * 8];
        readonly ushort[] _high = new ushort[256];

        public void Reset()
        {
            foreach (var models in new[] { _choice, _low, _mid, _high }) models.AsSpan().Fill(RangeDecoder.Half);
        }

        public int Decode(ref RangeDecoder range, int position)
        {
            if (range.Bit(ref _choice[0]) == 0) return range.Tree(_low.AsSpan(position * 8, 8), 3);
            if (range.Bit(ref _choice[1]) == 0) return 8 + range.Tree(_mid.AsSpan(position * 8, 8), 3);
            return 16 + range.Tree(_high, 8);
        }
    }

    /// <summary>Takes decisions of known probability out of bytes.</summary>
    ref struct RangeDecoder
    {
        public const ushort Half = 1024;
        const int ModelBits = 11;
        const int Speed = 5;

        readonly ReadOnlySpan<byte> _data;
        int _at;
        uint _range = uint.MaxValue;
        uint _code;

        public RangeDecoder(ReadOnlySpan<byte> data)
        {
            _data = data;
            if (data.Length < 5 || data[0] != 0) throw Xz.Broken();
            _code = BinaryPrimitives.ReadUInt32BigEndian(data[1..]);
            _at = 5;
        }

        void Normalize()
        {
            if (_range >= 1 << 24) return;
            _range <<= 8;
            _code = (_code << 8) | Xz.Byte(_data, _at++);
        }

        public int Bit(ref ushort model)
        {
            Normalize();
            var bound = (_range >> ModelBits) * model;
            if (_code < bound)
            {
                _range = bound;
                model += (ushort)(((1 << ModelBits) - model) >> Speed);
                return 0;
            }

            _range -= bound;
            _code -= bound;
            model -= (ushort)(model >> Speed);
            return 1;
        }

        public int Tree(Span<ushort> models, int bits)
        {
            var symbol = 1;
            for (var i = 0; i < bits; i++) symbol = (symbol << 1) | Bit(ref models[symbol]);
            return symbol - (1 << bits);
        }

        public int ReverseTree(Span<ushort> models, int bits)
        {
            var (symbol, result) = (1, 0);
            for (var i = 0; i < bits; i++)
            {
                var bit = Bit(ref models[symbol]);
                symbol = (symbol << 1) | bit;
                result |= bit << i;
            }

            return result;
        }

        public int Direct(int bits)
        {
            var result = 0;
            for (; bits > 0; bits--)
            {
                Normalize();
                _range >>= 1;
                var bit = _code >= _range ? 1 : 0;
                if (bit == 1) _code -= _range;
                result = (result << 1) | bit;
            }

            return result;
        }
    }
}
