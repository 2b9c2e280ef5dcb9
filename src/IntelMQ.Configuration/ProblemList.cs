using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration;

/// <summary>Collects problems of one file, so that all are told at once.</summary>
internal sealed class ProblemList(string file)
{
    readonly List<ConfigurationProblem> _problems = [];

    public IReadOnlyList<ConfigurationProblem> Items => _problems;

    public void AddRange(IEnumerable<ConfigurationProblem> problems) => _problems.AddRange(problems);

    /// <summary>Adds a problem of the file as a whole or of a key, without a value.</summary>
    public void Add(Severity severity, SourceSpan span, ConfigurationPath path, string message, string? expected = null, string? suggestion = null) =>
        _problems.Add(new ConfigurationProblem(severity, file, span.Line, span.Column, path.ToString(), message, null, expected, suggestion));

    /// <summary>Adds a problem of a value; <paramref name="message"/> goes on after the value, as in "is not a number".</summary>
    public void AddValue(Severity severity, MergedParameter parameter, string message, string? expected = null, string? suggestion = null, bool secret = false)
    {
        var hidden = secret || parameter.Path.IsSecret;
        var value = ValueText.Of(parameter.Value, hidden);
        if (hidden && suggestion?.Contains(ValueText.Of(parameter.Value).Trim('"'), StringComparison.OrdinalIgnoreCase) == true)
        {
            suggestion = null;
        }

        Add(severity, parameter, $"{value} {message}", value, expected, suggestion);
    }

    /// <summary>Adds a problem of a value that the message itself shows.</summary>
    public void AddSentence(Severity severity, MergedParameter parameter, string message) =>
        Add(severity, parameter, message, ValueText.Of(parameter.Value, parameter.Path.IsSecret), null, null);

    void Add(Severity severity, MergedParameter parameter, string message, string value, string? expected, string? suggestion)
    {
        var (place, line, column) = parameter.Origin == ParameterOrigin.Environment ? ("environment", 0, 0) : (file, parameter.Span.Line, parameter.Span.Column);
        _problems.Add(new ConfigurationProblem(severity, place, line, column, parameter.Path.ToString(), message, value, expected, suggestion));
    }
}
