using System.Globalization;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>
/// The preparation of a label of a host name before it is encoded (RFC 3491): folded, normalized, and refused when it
/// has characters that no name may have. The framework's own normalization needs libraries that the invariant mode
/// leaves out, and knows a later Unicode than the rules for names do.
/// </summary>
sealed class Nameprep
{
    const int HangulFirst = 0xac00, HangulCount = 11172, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailFirst = 0x11a7, VowelCount = 21, TrailCount = 28;

    /// <summary>A label that is longer after folding cannot become a valid name.</summary>
    const int MostCodePoints = 512;

    static readonly Lazy<Nameprep> Loaded = new(static () => new Nameprep());

    readonly Dictionary<int, int[]> _map = [], _decompose = [];
    readonly Dictionary<(int, int), int> _compose = [];
    readonly Dictionary<int, int> _order = [];
    readonly List<(int First, int Last)> _prohibited = [], _rightToLeft = [], _leftToRight = [];

    public static Nameprep Tables => Loaded.Value;

    Nameprep()
    {
        using var reader = new StreamReader(typeof(Nameprep).Assembly.GetManifestResourceStream("nameprep.txt")!);
        var section = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('[')) section = line;
            else if (!line.StartsWith('#')) Add(section, line.Split(' '));
        }
    }

    void Add(string section, string[] entry)
    {
        switch (section)
        {
            case "[map]": _map[Hex(entry[0])] = [.. entry.Skip(1).Select(e => Hex(e))]; break;
            case "[decompose]": _decompose[Hex(entry[0])] = [.. entry.Skip(1).Select(e => Hex(e))]; break;
            case "[compose]": _compose[(Hex(entry[0]), Hex(entry[1]))] = Hex(entry[2]); break;
            case "[order]":
                var (first, last) = Range(entry[0]);
                for (var c = first; c <= last; c++) _order[c] = Hex(entry[1]);
                break;
            case "[prohibited]": _prohibited.Add(Range(entry[0])); break;
            case "[right-to-left]": _rightToLeft.Add(Range(entry[0])); break;
            case "[left-to-right]": _leftToRight.Add(Range(entry[0])); break;
        }
    }

    static int Hex(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    static (int First, int Last) Range(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (Hex(text), Hex(text)) : (Hex(text.AsSpan(0, dash)), Hex(text.AsSpan(dash + 1)));
    }

    /// <summary>The prepared label as code points, or null when it cannot be part of a name.</summary>
    public List<int>? Prepare(ReadOnlySpan<char> label)
    {
        var points = new List<int>();
        foreach (var rune in new Runes(label))
        {
            if (_map.TryGetValue(rune, out var mapped)) points.AddRange(mapped);
            else points.Add(rune);
            if (points.Count > MostCodePoints) return null;
        }

        points = Compose(Decompose(points));
        return points.Exists(c => IsIn(_prohibited, c)) || !HasOneDirection(points) ? null : points;
    }

    List<int> Decompose(List<int> points)
    {
        var result = new List<int>(points.Count);
        foreach (var c in points)
        {
            if (_decompose.TryGetValue(c, out var parts)) result.AddRange(parts);
            else if (c is >= HangulFirst and < HangulFirst + HangulCount) AddHangul(result, c - HangulFirst);
            else result.Add(c);
        }

        // Marks in their canonical order; a stable sort of each run of them.
        for (var i = 1; i < result.Count; i++)
        {
            var order = Order(result[i]);
            for (var k = i; order != 0 && k > 0 && Order(result[k - 1]) > order; k--) (result[k], result[k - 1]) = (result[k - 1], result[k]);
        }

        return result;
    }

    static void AddHangul(List<int> to, int syllable)
    {
        to.Add(LeadFirst + (syllable / (VowelCount * TrailCount)));
        to.Add(VowelFirst + (syllable % (VowelCount * TrailCount) / TrailCount));
        if (syllable % TrailCount != 0) to.Add(TrailFirst + (syllable % TrailCount));
    }

    int Order(int c) => _order.GetValueOrDefault(c);

    List<int> Compose(List<int> points)
    {
        var result = new List<int>(points.Count);
        var starter = -1;
        var lastOrder = 0;
        foreach (var c in points)
        {
            var order = Order(c);
            // A mark is blocked by one before it of the same or a higher class.
            var blocked = starter >= 0 && starter < result.Count - 1 && (lastOrder >= order || lastOrder == 0);
            if (starter >= 0 && !blocked && TryCompose(result[starter], c, out var composed))
            {
                result[starter] = composed;
                continue;
            }

            if (order == 0) starter = result.Count;
            lastOrder = order;
            result.Add(c);
        }

        return result;
    }

    bool TryCompose(int first, int second, out int composed)
    {
        if (first is >= LeadFirst and < LeadFirst + 19 && second is >= VowelFirst and < VowelFirst + VowelCount)
        {
            composed = HangulFirst + ((((first - LeadFirst) * VowelCount) + second - VowelFirst) * TrailCount);
            return true;
        }

        if (first is >= HangulFirst and < HangulFirst + HangulCount && (first - HangulFirst) % TrailCount == 0 && second is > TrailFirst and < TrailFirst + TrailCount)
        {
            composed = first + second - TrailFirst;
            return true;
        }

        return _compose.TryGetValue((first, second), out composed);
    }

    bool HasOneDirection(List<int> points)
    {
        if (!points.Exists(c => IsIn(_rightToLeft, c))) return true;
        return !points.Exists(c => IsIn(_leftToRight, c)) && IsIn(_rightToLeft, points[0]) && IsIn(_rightToLeft, points[^1]);
    }

    static bool IsIn(List<(int First, int Last)> ranges, int c)
    {
        var (low, high) = (0, ranges.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (c < ranges[middle].First) high = middle - 1;
            else if (c > ranges[middle].Last) low = middle + 1;
            else return true;
        }

        return false;
    }

    /// <summary>The code points of a text; half a surrogate pair counts as one.</summary>
    ref struct Runes(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> _rest = text;

        public int Current { get; private set; }

        public readonly Runes GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_rest.IsEmpty) return false;
            var whole = Rune.DecodeFromUtf16(_rest, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            Current = whole ? rune.Value : _rest[0];
            _rest = _rest[(whole ? length : 1)..];
            return true;
        }
    }
}
