using System.Globalization;

namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>The text of a file of rules, with its name for messages.</summary>
sealed class SieveSource(string name, string text)
{
    public string Name => name;

    public string Text => text;

    /// <summary>Line and column of a place, both counted from 1.</summary>
    public (int Line, int Column) PositionOf(int at)
    {
        var before = text.AsSpan(0, Math.Min(at, text.Length));
        var lineStart = before.LastIndexOf('\n') + 1;
        return (before.Count('\n') + 1, before.Length - lineStart + 1);
    }

    /// <summary>The place as logs show it: <c>(3, 5)</c>.</summary>
    public string Show(int at)
    {
        var (line, column) = PositionOf(at);
        return string.Create(CultureInfo.InvariantCulture, $"({line}, {column})");
    }

    /// <summary>The problem with its place before it: <c>filter.sieve:3:5: …</c>.</summary>
    public string Describe(SieveProblem problem)
    {
        var (line, column) = PositionOf(problem.At);
        return string.Create(CultureInfo.InvariantCulture, $"{name}:{line}:{column}: {problem.Message}");
    }
}

/// <summary>Something about the rules that their author should know.</summary>
/// <param name="At">Where in the text.</param>
/// <param name="Message">What is wrong and what was expected.</param>
/// <param name="IsError">Whether the rules cannot be used; otherwise it fails only those events that get there.</param>
sealed record SieveProblem(int At, string Message, bool IsError = true);
