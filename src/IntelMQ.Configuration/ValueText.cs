using System.Globalization;
using System.Numerics;

namespace IntelMQ.Configuration;

/// <summary>Shows values of a configuration in messages.</summary>
internal static class ValueText
{
    const int MaximumLength = 60;

    /// <summary>The value as the user would recognize it, on one line; a secret stays hidden.</summary>
    public static string Of(object? value, bool secret = false) =>
        value switch
        {
            null => "null",
            _ when secret => SecretNames.Hidden,
            string text => Quote(text),
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => KindOf(value),
        };

    /// <summary>What kind of value it is, with its article.</summary>
    public static string KindOf(object? value) =>
        value switch
        {
            null => "nothing",
            string => "a text",
            bool => "a boolean",
            long or BigInteger or double => "a number",
            IReadOnlyDictionary<string, object?> => "a map",
            _ => "a list",
        };

    static string Quote(string text)
    {
        text = HideUserInfo(text).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return text.Length > MaximumLength ? $"\"{text[..MaximumLength]}…\"" : $"\"{text}\"";
    }

    // A URL may carry a password before its host.
    static string HideUserInfo(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        if (start < 3)
        {
            return text;
        }

        var end = text.IndexOfAny(['/', '?', '#'], start);
        var at = text.LastIndexOf('@', (end < 0 ? text.Length : end) - 1);
        return at > start ? string.Concat(text.AsSpan(0, start), SecretNames.Hidden, text.AsSpan(at)) : text;
    }
}
