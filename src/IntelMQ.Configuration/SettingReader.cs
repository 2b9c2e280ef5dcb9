using System.Globalization;
using System.Numerics;
using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration;

/// <summary>Reads typed values out of merged parameters. A value of the wrong type is told and counts as not given; so does null.</summary>
internal sealed class SettingReader(MergedParameters parameters, ProblemList problems)
{
    // No pause or interval of a bot is longer than ten years; more is a mistake and would overflow timers.
    const double MaximumSeconds = 315_360_000;

    public bool Has(string name) => Find(name) is not null;

    public bool Boolean(string name, bool fallback)
    {
        if (Find(name) is not { } parameter)
        {
            return fallback;
        }

        if (parameter.Value is bool value)
        {
            return value;
        }

        Wrong(parameter, "is not a boolean", "true or false", BooleanFix(parameter.Value));
        return fallback;
    }

    public string? Text(string name, string? fallback = null)
    {
        if (Find(name) is not { } parameter)
        {
            return fallback;
        }

        if (parameter.Value is string value)
        {
            return value;
        }

        Wrong(parameter, "is not a text", "a text" + (parameter.Value is IFormattable or bool ? " in quotes" : ""));
        return fallback;
    }

    public SecretText? Secret(string name) => Text(name) is { } text ? new SecretText(text) : null;

    public int Integer(string name, int fallback, int minimum = 0) => (int)(Whole(name, minimum, int.MaxValue) ?? fallback);

    public long? Whole(string name, long minimum, long maximum, bool numericText = false)
    {
        if (Find(name) is not { } parameter)
        {
            return null;
        }

        if (ToWhole(parameter.Value, numericText) is { } value && value >= minimum && value <= maximum)
        {
            return (long)value;
        }

        var range = maximum >= int.MaxValue ? $"a whole number from {minimum}" : $"a whole number from {minimum} to {maximum}";
        Wrong(parameter, ToWhole(parameter.Value, numericText) is null ? "is not a whole number" : "is out of range", range, NumberFix(parameter.Value));
        return null;
    }

    /// <summary>A port; null also for 0, which stands in configurations of the original for the usual one.</summary>
    public int? Port(string name) => Whole(name, 0, 65535, numericText: true) is > 0 and var port ? (int)port : null;

    /// <summary>A number of seconds, with fractions.</summary>
    public TimeSpan? Seconds(string name)
    {
        if (Find(name) is not { } parameter)
        {
            return null;
        }

        double? seconds = parameter.Value switch
        {
            long whole => whole,
            double real => real,
            _ => null,
        };
        if (seconds is >= 0 and <= MaximumSeconds)
        {
            return TimeSpan.FromSeconds(seconds.Value);
        }

        Wrong(parameter, seconds is null ? "is not a number of seconds" : "is out of range", "a number from 0, such as 60 or 0.5", NumberFix(parameter.Value));
        return null;
    }

    /// <summary>One word of a few.</summary>
    public T Choice<T>(string name, T fallback, IReadOnlyDictionary<string, T> words)
        where T : struct
    {
        if (Find(name) is not { } parameter)
        {
            return fallback;
        }

        if (parameter.Value is string word && words.TryGetValue(word, out var value))
        {
            return value;
        }

        var nearest = parameter.Value is string text ? NearestName.Of(text, words.Keys) : null;
        Wrong(parameter, "is none of the known words", "one of " + string.Join(", ", words.Keys), nearest);
        return fallback;
    }

    /// <summary>A list of texts; one text stands for a list of one.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        switch (Find(name))
        {
            case null:
                return [];
            case { Value: string text }:
                return [text];
            case { Value: SourceList list } when list.All(static item => item is string):
                return [.. list.Cast<string>()];
            case { } parameter:
                Wrong(parameter, "is not a list of texts", "a list of texts");
                return [];
        }
    }

    public MergedParameter? Find(string name) =>
        parameters.TryFind(name, out var parameter) && parameter.Value is not null ? parameter : null;

    public void Wrong(MergedParameter parameter, string message, string expected, string? suggestion = null) =>
        problems.AddValue(Severity.Error, parameter, message, expected, suggestion);

    static BigInteger? ToWhole(object? value, bool numericText) =>
        value switch
        {
            long whole => whole,
            BigInteger whole => whole,
            double real when double.IsInteger(real) => new BigInteger(real),
            string text when numericText && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) => whole,
            _ => null,
        };

    static string? BooleanFix(object? value) =>
        value switch
        {
            string text when text.Equals("true", StringComparison.OrdinalIgnoreCase) || text is "yes" or "on" or "1" => "true without quotes",
            string text when text.Equals("false", StringComparison.OrdinalIgnoreCase) || text is "no" or "off" or "0" => "false without quotes",
            1L => "true",
            0L => "false",
            _ => null,
        };

    static string? NumberFix(object? value) =>
        value is string text && CoreSchema.Number(text) is { } number
            ? ValueText.Of(number) + " without quotes"
            : null;
}
