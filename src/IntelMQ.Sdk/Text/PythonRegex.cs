using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Sdk;

/// <summary>Regular expressions as users of the original wrote them: in the dialect of its language, run by .NET.</summary>
public static class PythonRegex
{
    static readonly TimeSpan MostTime = TimeSpan.FromSeconds(2);

    /// <summary>Makes an expression that matches what the original's would.</summary>
    /// <param name="pattern">In the original's dialect: <c>(?P&lt;name&gt;…)</c>, <c>\Z</c>, <c>(?P=name)</c>.</param>
    /// <param name="ignoreCase">Whether upper and lower case are the same.</param>
    /// <returns>
    /// An expression that takes time in proportion to the text; one with back references or look-around, which cannot
    /// do that, gives up after two seconds with a <see cref="RegexMatchTimeoutException"/>.
    /// </returns>
    /// <exception cref="ArgumentException">The pattern has an error; the message says what and where.</exception>
    public static Regex Compile(string pattern, bool ignoreCase = false)
    {
        var translated = Translate(pattern);
        var options = RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            return new Regex(translated, options | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            return new Regex(translated, options, MostTime);
        }
    }

    /// <summary>Rewrites what the two dialects spell differently.</summary>
    internal static string Translate(string pattern)
    {
        var result = new StringBuilder(pattern.Length + 8);
        var classStart = -1;
        // There groups are numbered by their place; here the named ones come last, unless the others say their numbers.
        var hasNames = pattern.Contains("(?P<", StringComparison.Ordinal);
        var groups = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                i += AppendEscape(result, pattern, i, classStart >= 0);
            }
            else if (classStart >= 0)
            {
                // A bracket is plain within a class (.NET would read a subtraction), and plain right at its beginning.
                if (c == ']' && i > classStart + (pattern[classStart + 1] == '^' ? 2 : 1)) classStart = -1;
                if (c == '[' || (c == ']' && classStart >= 0)) result.Append('\\');
                result.Append(c);
            }
            else if (c == '[')
            {
                classStart = i;
                result.Append(c);
            }
            else if (c == '(' && pattern.AsSpan(i).StartsWith("(?P", StringComparison.Ordinal))
            {
                if (pattern.AsSpan(i).StartsWith("(?P<", StringComparison.Ordinal)) groups++;
                i += AppendGroup(result, pattern, i);
            }
            else if (c == '(' && FlagsLength(pattern, i) is var flags and > 0)
            {
                AppendFlags(result, pattern.AsSpan(i + 2, flags));
                i += flags + 2;
            }
            else if (c == '{' && i + 1 < pattern.Length && pattern[i + 1] == ',')
            {
                // Without a lower bound it is zero there, and plain text here.
                result.Append("{0");
            }
            else if (c == '(' && hasNames && !pattern.AsSpan(i).StartsWith("(?", StringComparison.Ordinal))
            {
                result.Append(CultureInfo.InvariantCulture, $"(?<{++groups}>");
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }

    /// <returns>How many characters beyond the backslash were used.</returns>
    static int AppendEscape(StringBuilder to, string pattern, int at, bool inClass)
    {
        var c = pattern[at + 1];
        switch (c)
        {
            // At the very end; .NET's \Z also matches before a final newline.
            case 'Z' when !inClass: to.Append(@"\z"); return 1;
            // White space has four characters more there.
            case 's': to.Append(inClass ? @"\s\x1c-\x1f" : @"[\s\x1c-\x1f]"); return 1;
            case 'S' when !inClass: to.Append(@"[^\s\x1c-\x1f]"); return 1;
            case 'U' when pattern.Length >= at + 10 && int.TryParse(pattern.AsSpan(at + 2, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) && Rune.IsValid(point):
                to.Append(Regex.Escape(char.ConvertFromUtf32(point)));
                return 9;
            // Escapes that mean themselves there but something else (or nothing) here.
            case '"' or '\'' or '/' or '-' or '!' or '%' or ',' or ':' or ';' or '<' or '=' or '>' or '@' or '_' or '`' or '&' or '~' when c != '-' || !inClass:
                to.Append(c);
                return 1;
            default: to.Append('\\').Append(c); return 1;
        }
    }

    /// <summary>How many letters stand in a group that only sets flags, <c>(?iu)</c>.</summary>
    static int FlagsLength(string pattern, int at)
    {
        if (!pattern.AsSpan(at).StartsWith("(?", StringComparison.Ordinal)) return 0;
        var end = at + 2;
        while (end < pattern.Length && pattern[end] is 'a' or 'i' or 'L' or 'm' or 's' or 'u' or 'x') end++;
        return end < pattern.Length && pattern[end] == ')' ? end - at - 2 : 0;
    }

    // Which characters are letters has no flag here: it is always Unicode that says so.
    static void AppendFlags(StringBuilder to, ReadOnlySpan<char> flags)
    {
        var known = new string([.. flags.ToString().Where(flag => flag is 'i' or 'm' or 's' or 'x')]);
        if (known.Length > 0) to.Append("(?").Append(known).Append(')');
    }

    static int AppendGroup(StringBuilder to, string pattern, int at)
    {
        var close = pattern.IndexOf(')', at);
        if (pattern.AsSpan(at).StartsWith("(?P=", StringComparison.Ordinal) && close > 0)
        {
            to.Append(@"\k<").Append(pattern, at + 4, close - at - 4).Append('>');
            return close - at;
        }

        to.Append("(?");
        return 2;
    }
}
