namespace IntelMQ.Sdk;

/// <summary>Unpacks bzip2, as its file format describes it: blocks of up to 900,000 bytes, each with a checksum.</summary>
static class Bzip2
{
    const long BlockMagic = 0x314159265359;
    const long EndMagic = 0x177245385090;
    const int GroupSize = 50;
    const int MostLength = 20;

    static readonly uint[] CrcTable = MakeCrcTable();

    public static bool IsBzip2(ReadOnlySpan<byte> data) => data is [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..];

    /// <exception cref="InvalidDataException">The data are broken, or hold more than <paramref name="most"/> bytes.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> data, long most)
    {
        using var result = new MemoryStream();
        Unpack(data, result, most);
        return result.ToArray();
    }

    /// <exception cref="InvalidDataException">The data are broken, or hold more than <paramref name="most"/> bytes.</exception>
    public static void Unpack(ReadOnlySpan<byte> data, Stream result, long most)
    {
        var room = new Room(most);
        var bits = new Bits(data);
        while (!bits.IsAtEnd)
        {
            if (bits.Read(24) != 0x425A68) throw new InvalidDataException("Text behind the end of the bzip2 data.");
            var level = bits.Read(8) - '0';
            if (level is < 1 or > 9) throw new InvalidDataException("A bzip2 file of unknown size of blocks.");
            while (true)
            {
                var magic = ((long)bits.Read(24) << 24) | (uint)bits.Read(24);
                var crc = ((uint)bits.Read(16) << 16) | (uint)bits.Read(16);
                if (magic == EndMagic) break;
                if (magic != BlockMagic) throw new InvalidDataException("A bzip2 block was expected.");
                ReadBlock(ref bits, level * 100_000, crc, result, room);
            }

            bits.Align();
        }
    }

    static void ReadBlock(ref Bits bits, int size, uint crc, Stream result, Room room)
    {
        if (bits.Read(1) != 0) throw new InvalidDataException("A randomized bzip2 block, which no program writes any more.");
        var origin = bits.Read(24);
        var symbols = new byte[256];
        var symbolCount = ReadSymbols(ref bits, symbols);
        var groupCount = bits.Read(3);
        var selectors = new byte[bits.Read(15)];
        if (groupCount is < 2 or > 6 || selectors.Length == 0) throw Broken();
        ReadSelectors(ref bits, selectors, groupCount);
        var groups = new Huffman[groupCount];
        for (var i = 0; i < groupCount; i++) groups[i] = Huffman.Read(ref bits, symbolCount + 2);

        var block = new uint[size];
        var length = ReadMoves(ref bits, symbols.AsSpan(0, symbolCount), selectors, groups, block);
        if (origin >= length) throw Broken();
        Write(block.AsSpan(0, length), origin, crc, result, room);
    }

    static int ReadSymbols(ref Bits bits, Span<byte> symbols)
    {
        var ranges = bits.Read(16);
        var count = 0;
        for (var i = 0; i < 16; i++)
        {
            if ((ranges & (0x8000 >> i)) == 0) continue;
            var used = bits.Read(16);
            for (var j = 0; j < 16; j++)
                if ((used & (0x8000 >> j)) != 0)
                    symbols[count++] = (byte)(i * 16 + j);
        }

        return count > 0 ? count : throw Broken();
    }

    static void ReadSelectors(ref Bits bits, byte[] selectors, int groupCount)
    {
        Span<byte> order = [0, 1, 2, 3, 4, 5];
        for (var i = 0; i < selectors.Length; i++)
        {
            var place = 0;
            while (bits.Read(1) == 1)
                if (++place >= groupCount)
                    throw Broken();
            selectors[i] = MoveToFront(order, place);
        }
    }

    static byte MoveToFront(Span<byte> order, int place)
    {
        var moved = order[place];
        order[..place].CopyTo(order[1..]);
        order[0] = moved;
        return moved;
    }

    static int ReadMoves(ref Bits bits, Span<byte> symbols, byte[] selectors, Huffman[] groups, uint[] block)
    {
        var (length, end) = (0, symbols.Length + 1);
        var (run, weight) = (0, 1);
        for (var i = 0;; i++)
        {
            if (i / GroupSize >= selectors.Length) throw Broken();
            var symbol = groups[selectors[i / GroupSize]].Decode(ref bits);
            if (symbol <= 1)
            {
                // A run of the first symbol, in digits of one and two.
                if (weight > block.Length) throw Broken();
                run += weight << symbol;
                weight <<= 1;
                continue;
            }

            if (run > 0)
            {
                if (run > block.Length - length) throw Broken();
                block.AsSpan(length, run).Fill(symbols[0]);
                length += run;
                (run, weight) = (0, 1);
            }

            if (symbol == end) return length;
            if (length == block.Length) throw Broken();
            block[length++] = MoveToFront(symbols, symbol - 1);
        }
    }

    // The lower eight bits of an entry are its byte; the upper ones become the place of the next one.
    static void Write(Span<uint> block, int origin, uint crc, Stream result, Room room)
    {
        Span<int> starts = stackalloc int[257];
        foreach (var entry in block) starts[(int)(entry & 0xFF) + 1]++;
        for (var i = 1; i < starts.Length; i++) starts[i] += starts[i - 1];
        for (var i = 0; i < block.Length; i++) block[starts[(int)(block[i] & 0xFF)]++] |= (uint)i << 8;

        var (actual, last, repeats) = (uint.MaxValue, -1, 0);
        var at = block[origin] >> 8;
        for (var i = 0; i < block.Length; i++)
        {
            var entry = block[(int)at];
            var value = (byte)entry;
            at = entry >> 8;
            var times = 1;
            if (repeats == 4) (times, value, repeats) = (value, (byte)last, 0);
            else repeats = value == last ? repeats + 1 : 1;
            if (repeats == 0) last = -1;
            else last = value;
            room.Take(times);
            for (; times > 0; times--)
            {
                result.WriteByte(value);
                actual = (actual << 8) ^ CrcTable[(actual >> 24) ^ value];
            }
        }

        if (~actual != crc) throw new InvalidDataException("A bzip2 block does not fit its checksum.");
    }

    static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var crc = i << 24;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 0x8000_0000) != 0 ? (crc << 1) ^ 0x04C1_1DB7 : crc << 1;
            table[i] = crc;
        }

        return table;
    }

    static InvalidDataException Broken() => new("The bzip2 data are broken.");

    /// <summary>What may still be written.</summary>
    sealed class Room(long most)
    {
        long _taken;

        public void Take(int count)
        {
            if ((_taken += count) > most) throw new InvalidDataException($"The archive holds more than {most} bytes.");
        }
    }

    ref struct Bits(ReadOnlySpan<byte> data)
    {
        readonly ReadOnlySpan<byte> _data = data;
        int _position;
        uint _buffer;
        int _count;

        public readonly bool IsAtEnd => _position >= _data.Length;

        /// <summary>Up to 24 bits.</summary>
        public int Read(int count)
        {
            while (_count < count)
            {
                if (_position >= _data.Length) throw new InvalidDataException("The bzip2 data end too early.");
                _buffer = (_buffer << 8) | _data[_position++];
                _count += 8;
            }

            _count -= count;
            return (int)((_buffer >> _count) & ((1u << count) - 1));
        }

        public void Align() => _count = 0;
    }

    /// <summary>A canonical prefix code.</summary>
    sealed class Huffman
    {
        readonly int[] _firstCode = new int[MostLength + 2];
        readonly int[] _firstIndex = new int[MostLength + 2];
        readonly int[] _counts = new int[MostLength + 2];
        readonly int[] _symbols;

        Huffman(ReadOnlySpan<int> lengths)
        {
            _symbols = new int[lengths.Length];
            foreach (var length in lengths) _counts[length]++;
            var (code, index) = (0, 0);
            for (var length = 1; length <= MostLength; length++)
            {
                (_firstCode[length], _firstIndex[length]) = (code, index);
                for (var symbol = 0; symbol < lengths.Length; symbol++)
                    if (lengths[symbol] == length)
                        _symbols[index++] = symbol;
                code = (code + _counts[length]) << 1;
            }
        }

        public static Huffman Read(ref Bits bits, int symbolCount)
        {
            Span<int> lengths = stackalloc int[symbolCount];
            var length = bits.Read(5);
            for (var i = 0; i < symbolCount; i++)
            {
                while (true)
                {
                    if (length is < 1 or > MostLength) throw Broken();
                    if (bits.Read(1) == 0) break;
                    length += bits.Read(1) == 0 ? 1 : -1;
                }

                lengths[i] = length;
            }

            return new Huffman(lengths);
        }

        public int Decode(ref Bits bits)
        {
            var code = 0;
            for (var length = 1; length <= MostLength; length++)
            {
                code = (code << 1) | bits.Read(1);
                var offset = code - _firstCode[length];
                if (offset >= 0 && offset < _counts[length]) return _symbols[_firstIndex[length] + offset];
            }

            throw Broken();
        }
    }
}
