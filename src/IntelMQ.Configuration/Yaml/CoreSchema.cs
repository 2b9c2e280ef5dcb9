using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace IntelMQ.Configuration.Yaml;

/// <summary>
/// The core schema of YAML 1.2: what an unquoted scalar means. <c>yes</c>, <c>no</c>, <c>on</c>, <c>off</c> and dates are
/// text, <c>0o17</c> is octal, <c>017</c> is seventeen.
/// </summary>
internal static class CoreSchema
{
    static readonly SearchValues<char> FloatCharacters = SearchValues.Create("+-.0123456789eE");

    public static object? Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE":
                return true;
            case "false" or "False" or "FALSE":
                return false;
        }

        return text[0] is '+' or '-' or '.' or (>= '0' and <= '9') ? Number(text) ?? text : text;
    }

    /// <summary>The number that a text is; null when it is none.</summary>
    public static object? Number(string text) => Integer(text) ?? Float(text);

    static object? Integer(string text)
    {
        if (text.StartsWith("0o", StringComparison.Ordinal) || text.StartsWith("0x", StringComparison.Ordinal))
        {
            var parsed = Digits(text.AsSpan(2), text[1] == 'o' ? 8 : 16);
            return parsed is { } value && value <= long.MaxValue ? (long)value : (object?)parsed;
        }

        var digits = text.AsSpan(text.StartsWith('-') || text.StartsWith('+') ? 1 : 0);
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small)
            ? small
            : (object)BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }

    static BigInteger? Digits(ReadOnlySpan<char> digits, int radix)
    {
        var value = BigInteger.Zero;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return null;
            }

            value = (value * radix) + digit;
        }

        return digits.IsEmpty ? null : value;
    }

    static double? Float(string text)
    {
        switch (text)
        {
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                return double.PositiveInfinity;
            case "-.inf" or "-.Inf" or "-.INF":
                return double.NegativeInfinity;
            case ".nan" or ".NaN" or ".NAN":
                return double.NaN;
        }

        // Only digits, one point and one exponent can get this far; .NET knows further forms ("Infinity", " 1", "1,0").
        return text.AsSpan().ContainsAnyExcept(FloatCharacters) || !text.AsSpan().ContainsAnyInRange('0', '9')
            ? null
            : double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value)
                ? value
                : null;
    }
}
