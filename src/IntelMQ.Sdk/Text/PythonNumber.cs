using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace IntelMQ.Sdk;

/// <summary>Numbers from text as <c>int()</c> and <c>float()</c> of the original's language read them.</summary>
static class PythonNumber
{
    /// <summary>The original refuses longer numbers, since reading them takes more than linear time.</summary>
    internal const int MostDigits = 4300;

    static readonly SearchValues<char> FloatChars = SearchValues.Create("0123456789.eE+-");

    /// <summary>A whole number: blanks around it, a sign, <c>_</c> between digits, decimal digits of any script.</summary>
    public static bool TryParseInteger(string text, out FieldValue number)
    {
        if (TryParsePlain(text, out var plain))
        {
            number = plain;
            return true;
        }

        number = default;
        var digits = Normalize(text, out var usable);
        if (!usable) return false;
        var unsigned = digits.AsSpan(digits.Length > 0 && digits[0] is '+' or '-' ? 1 : 0);
        if (unsigned.IsEmpty || unsigned.Length > MostDigits || unsigned.ContainsAnyExceptInRange('0', '9')) return false;
        number = FieldValue.From(BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>The nearest floating point number; the framework's own conversion cuts instead of rounding.</summary>
    public static double ToDouble(BigInteger number) =>
        double.Parse(number.ToString(CultureInfo.InvariantCulture), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>Bytes as text where everything beyond ASCII becomes a character that no number has.</summary>
    public static string AsciiOnly(byte[] bytes) => System.Text.Encoding.ASCII.GetString(bytes);

    /// <summary>The usual case: a few plain digits.</summary>
    public static bool TryParsePlain(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        if (text.Length is 0 or > 18) return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c)) return false;
            number = (number * 10) + (c - '0');
        }

        return true;
    }

    /// <summary>A floating point number, with exponent, <c>inf</c> and <c>nan</c>.</summary>
    public static bool TryParseFloat(string text, out double number)
    {
        number = 0;
        var normal = Normalize(text, out var usable);
        if (!usable || normal.Length == 0) return false;

        var unsigned = normal.AsSpan(normal[0] is '+' or '-' ? 1 : 0);
        if (unsigned.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            number = double.NaN;
            return true;
        }

        if (unsigned.Equals("inf", StringComparison.OrdinalIgnoreCase) || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            number = normal[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign;
        return !unsigned.IsEmpty && unsigned[^1] is not ('e' or 'E' or '+' or '-') && double.TryParse(normal, style, CultureInfo.InvariantCulture, out number)
            && !unsigned.ContainsAnyExcept(FloatChars);
    }

    /// <summary>Strips blanks, replaces digits of other scripts by ASCII ones and removes <c>_</c> between digits.</summary>
    static string Normalize(string text, out bool usable)
    {
        usable = true;
        var stripped = text.AsSpan();
        while (!stripped.IsEmpty && IsBlank(stripped[0])) stripped = stripped[1..];
        while (!stripped.IsEmpty && IsBlank(stripped[^1])) stripped = stripped[..^1];
        if (!stripped.ContainsAnyExceptInRange('!', '^')) return stripped.Length == text.Length ? text : stripped.ToString();

        var result = new char[stripped.Length];
        var length = 0;
        for (var i = 0; i < stripped.Length; i++)
        {
            var c = stripped[i];
            if (c == '_')
            {
                usable &= i > 0 && i + 1 < stripped.Length && IsDigit(stripped, i - 1) && IsDigit(stripped, i + 1);
                continue;
            }

            if (c >= '\u007f')
            {
                var digit = Digit(stripped, i);
                if (digit < 0) usable = false;
                if (char.IsHighSurrogate(c)) i++;
                c = digit < 0 ? '?' : (char)('0' + digit);
            }

            result[length++] = c;
        }

        return new string(result, 0, length);
    }

    static bool IsDigit(ReadOnlySpan<char> text, int i) =>
        char.IsAsciiDigit(text[i]) || (text[i] > '\u007f' && Digit(text, char.IsLowSurrogate(text[i]) && i > 0 ? i - 1 : i) >= 0);

    /// <summary>The value of a decimal digit of any script, or -1.</summary>
    internal static int Digit(ReadOnlySpan<char> text, int i)
    {
        if (!char.IsHighSurrogate(text[i])) return CharUnicodeInfo.GetDecimalDigitValue(text[i]);
        return i + 1 < text.Length ? CharUnicodeInfo.GetDecimalDigitValue(text.Slice(i, 2).ToString(), 0) : -1;
    }

    // U+001C to U+001F are blanks to strip() but not to int().
    static bool IsBlank(char c) => c is not (>= '\u001c' and <= '\u001f') && PythonText.IsSpace(c);
}
