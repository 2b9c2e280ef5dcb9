using System.Globalization;
using System.Text;

namespace IntelMQ.Configuration;

/// <summary>How much a problem matters.</summary>
internal enum Severity
{
    /// <summary>Worth knowing; nothing to do.</summary>
    Info,

    /// <summary>Works, but probably not as meant.</summary>
    Warning,

    /// <summary>The bot (or the file) cannot be used like this.</summary>
    Error,
}

/// <summary>Something wrong in a configuration file: where it is, what is there and what should be.</summary>
/// <param name="File">The file as it was given; <c>environment</c> for a variable of the process.</param>
/// <param name="Line">Line, from 1; 0 where there is none.</param>
/// <param name="Column">Column, from 1; 0 where there is none.</param>
/// <param name="Path">The path of the value (<c>my-bot.parameters.columns[3]</c>); empty for the file as a whole.</param>
/// <param name="Message">What is wrong, as a sentence without a full stop.</param>
/// <param name="Value">The value as text, hidden where it may be a secret; null where there is none.</param>
/// <param name="Expected">What would be right; null where the message says it.</param>
/// <param name="Suggestion">A nearby known name, or the text to write instead; null where there is none.</param>
internal sealed record ConfigurationProblem(
    Severity Severity, string File, int Line, int Column, string Path, string Message,
    string? Value = null, string? Expected = null, string? Suggestion = null)
{
    /// <summary>The problem without its place: message, expectation and suggestion.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder(Message);
            if (Expected is not null)
            {
                text.Append("; expected ").Append(Expected);
            }

            if (Suggestion is not null)
            {
                text.Append("; did you mean ").Append(Suggestion).Append('?');
            }

            return text.ToString();
        }
    }

    /// <summary>One line in the form that compilers use, so that editors and CI systems find the place.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(File);
        if (Line > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $":{Line}:{Column}");
        }

        text.Append(": ").Append(Severity switch
        {
            Severity.Error => "error",
            Severity.Warning => "warning",
            _ => "info",
        });
        if (Path.Length > 0)
        {
            text.Append(": ").Append(Path);
        }

        return text.Append(": ").Append(Text).ToString();
    }
}

/// <summary>A place in a file.</summary>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
internal readonly record struct SourcePosition(string File, int Line, int Column)
{
    public override string ToString() =>
        Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}") : File;
}

/// <summary>A configuration file that cannot be read at all, with every reason that could be found.</summary>
internal sealed class ConfigurationFileException(IReadOnlyList<ConfigurationProblem> problems, Exception? inner = null)
    : Exception(string.Join('\n', problems), inner)
{
    public IReadOnlyList<ConfigurationProblem> Problems { get; } = problems;
}
