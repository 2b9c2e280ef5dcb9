namespace IntelMQ.Sdk;

/// <summary>A number within a date: digits, perhaps with a fraction.</summary>
readonly struct DateNumber
{
    // Beyond all that can be part of a date; keeps the sums from overflowing.
    const long Huge = 1_000_000_000_000_000;

    /// <summary>The number without its fraction.</summary>
    public long Whole { get; private init; }

    /// <summary>The fraction in 60ths, cut: of an hour its minutes, of a minute its seconds.</summary>
    public int Sixtieths { get; private init; }

    public bool HasFraction { get; private init; }

    /// <summary>The number, near enough to compare it with days and hours.</summary>
    public double Value => Whole + (HasFraction ? 0.5 : 0);

    /// <summary>Reads a token of digits with at most one point.</summary>
    public static bool TryParse(string token, out DateNumber number)
    {
        number = default;
        var point = token.IndexOf('.', StringComparison.Ordinal);
        if (!TryRead(point < 0 ? token : token.AsSpan(0, point), out var whole)) return false;
        if (point < 0)
        {
            number = new DateNumber { Whole = whole };
            return true;
        }

        var fraction = token.AsSpan(point + 1);
        if (!TryRead(fraction, out _)) return false;
        // 20 digits decide: sixtieths have at most one more digit than what they are cut from.
        decimal value = 0, scale = 1;
        for (var i = 0; i < Math.Min(fraction.Length, 20); i++)
        {
            scale /= 10;
            value += DigitAt(fraction, i) * scale;
        }

        number = new DateNumber { Whole = whole, Sixtieths = (int)(60 * value), HasFraction = fraction.ContainsAnyExcept('0') };
        return true;
    }

    /// <summary>Reads digits of any script, at least one; a sign or a point is refused.</summary>
    public static bool TryRead(ReadOnlySpan<char> digits, out long number)
    {
        number = 0;
        if (digits.IsEmpty) return false;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = DigitAt(digits, i);
            if (digit < 0) return false;
            number = Math.Min((number * 10) + digit, Huge);
            if (char.IsHighSurrogate(digits[i])) i++;
        }

        return true;
    }

    /// <summary>Number of digits, or 0 when there is anything else.</summary>
    public static int DigitCount(ReadOnlySpan<char> text)
    {
        var count = 0;
        for (var i = 0; i < text.Length; i++, count++)
        {
            if (DigitAt(text, i) < 0) return 0;
            if (char.IsHighSurrogate(text[i])) i++;
        }

        return count;
    }

    static int DigitAt(ReadOnlySpan<char> text, int i)
    {
        var c = text[i];
        if (char.IsAsciiDigit(c)) return c - '0';
        return c < '\u0080' ? -1 : PythonNumber.Digit(text, i);
    }
}
