using System.Buffers;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>Host names beyond ASCII in their ASCII form (IDNA 2003, RFC 3490).</summary>
static class Idna
{
    const int MostLabelChars = 63;

    static readonly SearchValues<char> Dots = SearchValues.Create(".\u3002\uff0e\uff61");

    /// <summary>The ASCII form of a name, or null when it has none.</summary>
    public static string? ToAscii(ReadOnlySpan<char> name)
    {
        var result = new StringBuilder();
        while (true)
        {
            var dot = name.IndexOfAny(Dots);
            var label = dot < 0 ? name : name[..dot];
            // A dot at the end stays; an empty label anywhere else is an error.
            if (dot < 0 && label.IsEmpty && result.Length > 0) return result.ToString();
            if (!TryAppend(result, label)) return null;
            if (dot < 0) return result.ToString();
            result.Append('.');
            name = name[(dot + 1)..];
        }
    }

    static bool TryAppend(StringBuilder to, ReadOnlySpan<char> label)
    {
        if (Ascii.IsValid(label))
        {
            to.Append(label);
            return label.Length is > 0 and <= MostLabelChars;
        }

        if (Nameprep.Tables.Prepare(label) is not { } points || points.Count > MostLabelChars) return false;
        var start = to.Length;
        if (points.TrueForAll(c => c < 0x80)) points.ForEach(c => to.Append((char)c));
        else if (StartsWithMarker(points)) return false;
        else Punycode.Append(to.Append("xn--"), points);
        return to.Length - start is > 0 and <= MostLabelChars;
    }

    static bool StartsWithMarker(List<int> points) => points is ['x', 'n', '-', '-', ..];
}

/// <summary>Code points as ASCII letters and digits (RFC 3492).</summary>
static class Punycode
{
    const int Base = 36, LowestThreshold = 1, HighestThreshold = 26, Skew = 38, Damp = 700, FirstBias = 72;

    public static void Append(StringBuilder to, List<int> points)
    {
        var basic = 0;
        foreach (var c in points.Where(c => c < 0x80))
        {
            to.Append((char)c);
            basic++;
        }

        if (basic > 0) to.Append('-');

        long delta = 0;
        var bias = FirstBias;
        var done = basic;
        for (var n = 0x80; done < points.Count; n++)
        {
            var next = points.Where(c => c >= n).Min();
            delta += (long)(next - n) * (done + 1);
            n = next;
            foreach (var c in points)
            {
                if (c < n) delta++;
                if (c != n) continue;
                AppendNumber(to, delta, bias);
                bias = Adapt(delta, done + 1, first: done == basic);
                delta = 0;
                done++;
            }

            delta++;
        }
    }

    static void AppendNumber(StringBuilder to, long number, int bias)
    {
        for (var k = Base; ; k += Base)
        {
            var threshold = Math.Clamp(k - bias, LowestThreshold, HighestThreshold);
            if (number < threshold) break;
            to.Append(Digit((int)(threshold + ((number - threshold) % (Base - threshold)))));
            number = (number - threshold) / (Base - threshold);
        }

        to.Append(Digit((int)number));
    }

    static char Digit(int value) => (char)(value < 26 ? 'a' + value : '0' + value - 26);

    static int Adapt(long delta, int count, bool first)
    {
        delta = first ? delta / Damp : delta / 2;
        delta += delta / count;
        var k = 0;
        for (; delta > (Base - LowestThreshold) * HighestThreshold / 2; k += Base) delta /= Base - LowestThreshold;
        return (int)(k + ((Base - LowestThreshold + 1) * delta / (delta + Skew)));
    }
}
