using System.Globalization;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>Something an operator should know about a package or a file of the extension system.</summary>
/// <param name="Level">An error keeps something from being used; a warning does not.</param>
/// <param name="Text">A sentence: what is wrong and what was expected.</param>
internal sealed record Problem(BotLogLevel Level, string Text)
{
    /// <summary>The id of the package it is about.</summary>
    public string? Package { get; init; }

    /// <summary>The file or directory it is about.</summary>
    public string? File { get; init; }

    /// <summary>The line in the file, from 1.</summary>
    public int? Line { get; init; }

    /// <summary>The place in the document, such as <c>bots[2].name</c>.</summary>
    public string? Path { get; init; }

    public override string ToString()
    {
        var text = new StringBuilder();
        if (File is not null)
        {
            text.Append(File);
            if (Line is { } line) text.Append(CultureInfo.InvariantCulture, $":{line}");
            text.Append(": ");
        }
        else if (Package is not null)
        {
            text.Append(Package).Append(": ");
        }

        if (!string.IsNullOrEmpty(Path)) text.Append(Path).Append(": ");
        return text.Append(Text).ToString();
    }
}

/// <summary>An operation on packages was refused or did not work out; it says all it found wrong.</summary>
internal class ExtensionException : Exception
{
    public ExtensionException(IReadOnlyList<Problem> problems, Exception? inner = null)
        : base(string.Join('\n', problems), inner) => Problems = problems;

    public ExtensionException(string text, Exception? inner = null) : this([new Problem(BotLogLevel.Error, text)], inner)
    {
    }

    /// <summary>At least one.</summary>
    public IReadOnlyList<Problem> Problems { get; }
}
