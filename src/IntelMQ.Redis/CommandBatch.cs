using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace IntelMQ.Redis;

/// <summary>
/// Commands that go to the server in one piece. Large arguments are not copied: their bytes must not change until the
/// batch was executed.
/// </summary>
public sealed class CommandBatch : IDisposable
{
    /// <summary>From this size on, sending an argument by itself is cheaper than copying it.</summary>
    const int LargeArgument = 32 << 10;

    readonly List<ReadOnlyMemory<byte>> _pieces = [];
    readonly List<byte[]> _rented = [];
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    int _begin;
    int _end;
    int _missing;

    /// <summary>Number of commands, and of the answers to them.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes in all.</summary>
    public long Length { get; private set; }

    /// <summary>Begins a command; its arguments, and exactly as many as announced, follow.</summary>
    /// <param name="name">The command.</param>
    /// <param name="arguments">How many arguments follow.</param>
    public CommandBatch Command(string name, int arguments)
    {
        if (_missing != 0) throw new InvalidOperationException($"The command before {name} lacks {_missing} arguments.");
        Header((byte)'*', arguments + 1);
        _missing = arguments + 1;
        Count++;
        return Argument(name);
    }

    public CommandBatch Argument(string text)
    {
        var size = Encoding.UTF8.GetByteCount(text);
        Header((byte)'$', size);
        Encoding.UTF8.GetBytes(text, Room(size));
        Advance(size);
        return End();
    }

    public CommandBatch Argument(long number) => Argument(number.ToString(CultureInfo.InvariantCulture));

    public CommandBatch Argument(ReadOnlyMemory<byte> bytes)
    {
        Header((byte)'$', bytes.Length);
        if (bytes.Length < LargeArgument)
        {
            bytes.Span.CopyTo(Room(bytes.Length));
            Advance(bytes.Length);
        }
        else
        {
            Cut();
            _pieces.Add(bytes);
            Length += bytes.Length;
        }

        return End();
    }

    /// <summary>Adds a command whose arguments are texts.</summary>
    public CommandBatch Add(string name, params ReadOnlySpan<string> arguments)
    {
        Command(name, arguments.Length);
        foreach (var argument in arguments) Argument(argument);
        return this;
    }

    internal IReadOnlyList<ReadOnlyMemory<byte>> Pieces()
    {
        if (_missing != 0) throw new InvalidOperationException($"The last command lacks {_missing} arguments.");
        Cut();
        return _pieces;
    }

    CommandBatch End()
    {
        if (--_missing < 0) throw new InvalidOperationException("An argument without a command.");
        "\r\n"u8.CopyTo(Room(2));
        Advance(2);
        return this;
    }

    void Header(byte type, int number)
    {
        var room = Room(16);
        room[0] = type;
        Utf8Formatter.TryFormat(number, room[1..], out var digits);
        "\r\n"u8.CopyTo(room[(1 + digits)..]);
        Advance(digits + 3);
    }

    void Advance(int size)
    {
        _end += size;
        Length += size;
    }

    Span<byte> Room(int size)
    {
        if (_buffer.Length - _end < size)
        {
            Cut();
            _rented.Add(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(size, Math.Min(_buffer.Length * 2, 256 << 10)));
            _begin = _end = 0;
        }

        return _buffer.AsSpan(_end);
    }

    void Cut()
    {
        if (_end > _begin) _pieces.Add(_buffer.AsMemory(_begin, _end - _begin));
        _begin = _end;
    }

    /// <summary>Gives the buffers back. Only when the batch was executed or will never be.</summary>
    public void Dispose()
    {
        foreach (var rented in _rented) ArrayPool<byte>.Shared.Return(rented);
        _rented.Clear();
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _begin = _end = 0;
        _pieces.Clear();
    }
}
