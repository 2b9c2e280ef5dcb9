using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>A regular expression that is known from the beginning, or stands in a variable.</summary>
sealed class PatternSource
{
    sealed record Compiled(string Pattern, Regex? Regex, string? Problem);

    readonly ValueSource _pattern;

    // A variable mostly has the value that it had for the message before.
    Compiled? _last;

    public PatternSource(ValueSource pattern)
    {
        _pattern = pattern;
        if (pattern.IsLiteral) _last = Compile(pattern.Literal.Text!);
    }

    /// <summary>What is wrong with it, if that is known before there is a message.</summary>
    public string? Problem => _last?.Problem;

    /// <exception cref="InvalidMessageException">The expression has an error, or takes too long.</exception>
    public bool IsFoundIn(string text, SieveRun run)
    {
        var pattern = _pattern.Text(run);
        var compiled = _last is { } last && last.Pattern == pattern ? last : _last = Compile(pattern);
        try
        {
            return (compiled.Regex ?? throw new InvalidMessageException($"'{pattern}' is no regular expression: {compiled.Problem}")).IsMatch(text);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InvalidMessageException($"The regular expression '{pattern}' takes too long for the text '{text}'.", e);
        }
    }

    static Compiled Compile(string pattern)
    {
        try
        {
            return new Compiled(pattern, PythonRegex.Compile(pattern), null);
        }
        catch (ArgumentException e)
        {
            return new Compiled(pattern, null, e.Message);
        }
    }
}
