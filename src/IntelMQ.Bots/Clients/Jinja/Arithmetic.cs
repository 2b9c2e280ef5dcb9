using System.Numerics;
using System.Text;

namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>Calculations as the original's language does them: whole numbers have no limit, division gives a fraction, texts and lists can be added and repeated.</summary>
static class Arithmetic
{
    const int MostRepeated = 10_000_000;
    const int MostBits = 20_000;

    public static object? Calculate(string sign, object? left, object? right)
    {
        if (sign == "~") return Values.ToText(left) + Values.ToText(right);
        if (left is Undefined undefined) throw undefined.Error;
        if (right is Undefined missing) throw missing.Error;
        if (left is string format && sign == "%") return PercentFormat.Fill(format, right is PyTuple tuple ? tuple : [right]);
        if (sign == "+" && left is string text && right is string more) return text + more;
        if (sign == "+" && left is IReadOnlyList<object?> list && right is IReadOnlyList<object?> items && list is PyTuple == items is PyTuple) return left is PyTuple ? new PyTuple([.. list, .. items]) : (List<object?>)[.. list, .. items];
        if (sign == "*" && Repeat(left, right) is { } repeated) return repeated;
        if (IsWhole(left) && IsWhole(right)) return Whole(sign, ToBig(left), ToBig(right), left, right);
        if (Values.ToNumber(left) is { } a && Values.ToNumber(right) is { } b) return Real(sign, a, b);
        throw new JinjaException($"{Values.Repr(left)} {sign} {Values.Repr(right)} has no meaning.");
    }

    static bool IsWhole(object? value) => value is long or BigInteger or bool;

    static BigInteger ToBig(object? value) => value switch { BigInteger big => big, long number => number, _ => value is true ? 1 : 0 };

    static object? Repeat(object? left, object? right)
    {
        var (sequence, count) = left is string or IReadOnlyList<object?> ? (left, right) : (right, left);
        if (!IsWhole(count) || sequence is not (string or IReadOnlyList<object?>)) return null;
        var times = (int)BigInteger.Clamp(ToBig(count), 0, int.MaxValue);
        if (times * Math.Max(1, Values.LengthOf(sequence)) > MostRepeated) throw new JinjaException($"{times} repetitions are too many.");
        if (sequence is string text) return new StringBuilder().Insert(0, text, times).ToString();
        var repeated = Enumerable.Repeat((IReadOnlyList<object?>)sequence, times).SelectMany(items => items);
        return sequence is PyTuple ? new PyTuple(repeated) : repeated.ToList();
    }

    static object? Whole(string sign, BigInteger a, BigInteger b, object? left, object? right)
    {
        if ((sign is "/" or "//" or "%" && b.IsZero) || (sign == "**" && a.IsZero && b.Sign < 0)) throw new JinjaException($"{Values.Repr(left)} {sign} {Values.Repr(right)} is a division by zero.");
        return sign switch
        {
            "+" => Small(a + b),
            "-" => Small(a - b),
            "*" => Small(a * b),
            "/" => (double)a / (double)b,
            "//" => Small(Floor(a, b)),
            "%" => Small(a - (Floor(a, b) * b)),
            _ => b.Sign < 0 ? Math.Pow((double)a, (double)b) : Small(Power(a, b)),
        };
    }

    static BigInteger Power(BigInteger a, BigInteger b) =>
        b * Math.Max(1, a.GetBitLength()) > MostBits ? throw new JinjaException($"{a} ** {b} is too large.") : BigInteger.Pow(a, (int)b);

    static BigInteger Floor(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(a, b, out var rest);
        return !rest.IsZero && rest.Sign != b.Sign ? quotient - 1 : quotient;
    }

    static object Small(BigInteger number) => FieldValue.From(number).ToObject()!;

    static double Real(string sign, double a, double b)
    {
        if (sign is "/" or "//" or "%" && b == 0) throw new JinjaException($"{Values.Repr(a)} {sign} {Values.Repr(b)} is a division by zero.");
        return sign switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => Math.Floor(a / b),
            "%" => a - (Math.Floor(a / b) * b),
            _ => Math.Pow(a, b),
        };
    }
}
