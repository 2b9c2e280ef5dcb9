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
    internal static string Translate(string pattern) => PythonPattern.Translate(pattern);
}
