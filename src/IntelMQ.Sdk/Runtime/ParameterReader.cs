using System.ComponentModel;
using System.Globalization;
using System.Numerics;

namespace IntelMQ.Sdk.Runtime;

/// <summary>A parameter that cannot be used.</summary>
/// <param name="Path">Its name, with <c>[index]</c> or <c>.key</c> behind it for a part of it.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Expected">What was expected instead.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ParameterError(string Path, string Message, string Expected);

/// <summary>
/// Typed access to the parameters of a bot, used by generated code. All errors are collected; a text is never taken for
/// a boolean, nor an empty text for a number.
/// </summary>
/// <remarks>
/// Values are plain objects: null, string, long, BigInteger, double, bool,
/// <c>IReadOnlyList&lt;object?&gt;</c>, <c>IReadOnlyDictionary&lt;string, object?&gt;</c>.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ParameterReader(IReadOnlyDictionary<string, object?> values)
{
    readonly List<ParameterError> _errors = [];

    /// <summary>What was wrong so far.</summary>
    public IReadOnlyList<ParameterError> Errors => _errors;

    /// <summary>Whether a parameter is given (and not null); a required one that is not is an error.</summary>
    public bool Has(string name, bool required = false)
    {
        if (values.TryGetValue(name, out var value) && value is not null) return true;
        if (required) _errors.Add(new(name, "is required", "a value"));
        return false;
    }

    /// <summary>Whether a parameter is given as null, which takes away the default of one that may be null.</summary>
    public bool IsNull(string name) => values.TryGetValue(name, out var value) && value is null;

    object Value(string name) => values[name]!;

    T Wrong<T>(string path, object? value, string expected)
    {
        _errors.Add(new(path, $"{Show(value)} is not {expected}", expected));
        return default!;
    }

    static string Show(object? value) => value switch
    {
        null => "null",
        string { Length: 0 } => "an empty text",
        string text => $"the text \"{(text.Length > 60 ? text[..60] + "…" : text)}\"",
        bool boolean => boolean ? "true" : "false",
        IReadOnlyDictionary<string, object?> => "a map",
        IReadOnlyList<object?> => "a list",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>A text; numbers are taken as their text.</summary>
    public string String(string name) => Text(name, Value(name));

    string Text(string path, object? value) => value switch
    {
        string text => text,
        long or double or BigInteger => FieldValue.From(value).ToString(),
        _ => Wrong<string>(path, value, "a text") ?? "",
    };

    /// <summary>True or false.</summary>
    public bool Boolean(string name) => Value(name) is bool value ? value : Wrong<bool>(name, Value(name), "true or false (without quotes)");

    /// <summary>A whole number, also in quotes.</summary>
    public long Integer(string name, long least, long most) => Value(name) switch
    {
        long value when value >= least && value <= most => value,
        double value when value == Math.Floor(value) && value >= least && value <= most => (long)value,
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most => value,
        var value => Wrong<long>(name, value, least == int.MinValue || least == long.MinValue ? "a whole number" : string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}")),
    };

    /// <summary>A number, also in quotes.</summary>
    public double Number(string name, double least = double.NegativeInfinity, double most = double.PositiveInfinity) => Value(name) switch
    {
        long value when value >= least && value <= most => value,
        double value when value >= least && value <= most => value,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most => value,
        var value => Wrong<double>(name, value, double.IsInfinity(least) && double.IsInfinity(most) ? "a number" : string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}")),
    };

    /// <summary>A number of seconds.</summary>
    public TimeSpan Duration(string name, double least = 0, double most = double.PositiveInfinity)
    {
        // Just below TimeSpan.MaxValue, so that rounding cannot overflow.
        const double Longest = 9e11;
        var value = Value(name);
        var seconds = value switch
        {
            long whole => whole,
            double number => number,
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => double.NaN,
        };
        if (seconds >= least && seconds <= Math.Min(most, Longest)) return TimeSpan.FromSeconds(seconds);
        return Wrong<TimeSpan>(name, value, double.IsInfinity(most) && least == 0 ? "a number of seconds, not negative" : string.Create(CultureInfo.InvariantCulture, $"a number of seconds from {least} to {most}"));
    }

    /// <summary>An absolute URL.</summary>
    public Uri Uri(string name) => System.Uri.TryCreate(Value(name) as string, UriKind.Absolute, out var uri) ? uri : Wrong<Uri>(name, Value(name), "a URL with its scheme");

    /// <summary>A list of texts, or one text split at commas and trimmed.</summary>
    public IReadOnlyList<string> Strings(string name) => Value(name) switch
    {
        string text => text.Length == 0 ? [] : text.Split(',', StringSplitOptions.TrimEntries),
        IReadOnlyList<object?> list => [.. list.Select((item, i) => Text($"{name}[{i}]", item))],
        var value => Wrong<IReadOnlyList<string>>(name, value, "a list of texts") ?? [],
    };

    /// <summary>A map of texts.</summary>
    public IReadOnlyDictionary<string, string> Map(string name)
    {
        if (Value(name) is not IReadOnlyDictionary<string, object?> map) return Wrong<IReadOnlyDictionary<string, string>>(name, Value(name), "a map of texts") ?? new Dictionary<string, string>();
        var result = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, item) in map) result[key] = Text($"{name}.{key}", item);
        return result;
    }

    /// <summary>Any value.</summary>
    public FieldValue Any(string name) => FieldValue.From(Value(name));

    /// <summary>One of a set of names; case and the difference between <c>-</c> and <c>_</c> do not matter.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="choices">The names in the order of the enum's values.</param>
    /// <returns>The index of the name.</returns>
    public int Choice(string name, params ReadOnlySpan<string> choices)
    {
        if (Value(name) is string text)
        {
            for (var i = 0; i < choices.Length; i++)
                if (string.Equals(choices[i], text.Trim().Replace('-', '_'), StringComparison.OrdinalIgnoreCase))
                    return i;
        }

        return Wrong<int>(name, Value(name), "one of " + string.Join(", ", choices.ToArray()));
    }
}
