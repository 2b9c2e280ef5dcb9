using System.Text;

namespace IntelMQ.Sdk.Tests;

/// <summary>Values of all kinds, the same in every run.</summary>
sealed class RandomValues(int seed)
{
    static readonly string[] Pieces =
    [
        "example.com", "192.0.2.1", "2001:db8::1", "/24", "http://", "hxxps://", "[", "]", "%eth0", "AS", "64496", "2015-08-31", "T08:16:10", "+00:00", "Z", " ", "\n",
        "\t", "\u001c", "\u00a0", ".", "..", ":", "@", "#", "?", "ä", "ß", "İ", "Σ", "💩", "\ud800", "\0", "'", "\"", "\\", "{", "}", "{\"a\": 1}", "[1]", "NaN", "-", "1e400", "_",
        "Aug", "5pm", "(", ")", "a", "xn--", "٣", "true", "=", "Zm9v", "tlp:", "red", "ripe-ncc", "spam",
    ];

    readonly Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    public string Text()
    {
        var text = new StringBuilder();
        for (var i = _random.Next(6); i >= 0; i--)
            text.Append(_random.Next(4) == 0 ? ((char)_random.Next(1, 0x3000)).ToString() : Pieces[_random.Next(Pieces.Length)]);
        return text.ToString();
    }

    public byte[] Bytes()
    {
        var bytes = new byte[_random.Next(40)];
        _random.NextBytes(bytes);
        return bytes;
    }

    public FieldValue Value() => _random.Next(12) switch
    {
        0 => FieldValue.None,
        1 => _random.NextInt64(),
        2 => _random.Next(100),
        3 => _random.NextDouble() * Math.Pow(10, _random.Next(-20, 20)),
        4 => _random.Next(2) == 0,
        5 => Bytes(),
        6 => FieldValue.From(System.Numerics.BigInteger.Pow(10, _random.Next(60)) * (_random.Next(2) == 0 ? 1 : -1)),
        7 => FieldValue.From(Member(3)),
        _ => Text(),
    };

    /// <summary>A value that JSON can hold, nested up to a depth.</summary>
    public object? Member(int depth) => _random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => null,
        1 => _random.NextInt64(),
        2 => _random.NextDouble(),
        3 => _random.Next(2) == 0,
        6 => Enumerable.Range(0, _random.Next(4)).Select(_ => Member(depth - 1)).ToList(),
        7 => Map(depth),
        _ => Text(),
    };

    public OrderedDictionary<string, object?> Map(int depth)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        for (var i = _random.Next(4); i > 0; i--) map[Text()] = Member(depth - 1);
        return map;
    }
}
