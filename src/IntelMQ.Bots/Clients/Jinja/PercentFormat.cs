using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>Texts with places such as <c>%s</c>, <c>%05d</c> and <c>%.2f</c>.</summary>
static partial class PercentFormat
{
    [GeneratedRegex(@"%(?:\((?<name>[^)]*)\))?(?<flags>[-+ 0#]*)(?<width>\d{1,4})?(?:\.(?<precision>\d{1,3}))?(?<kind>[sdifxXrgeE%])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Place { get; }

    public static string Fill(string format, IReadOnlyList<object?> values)
    {
        var at = 0;
        var text = Place.Replace(format, match => match.Groups["kind"].Value == "%" ? "%" : Write(match, Value(match)));
        // A single mapping or list may be left unused.
        var isUsed = at == values.Count || (values.Count == 1 && values[0] is IMapping or (IReadOnlyList<object?> and not PyTuple));
        return isUsed ? text : throw new JinjaException($"'{format}' has fewer places than there are values.");

        object? Value(Match place) => place.Groups["name"] is { Success: true, Value: var name } ? Members.ItemOf(values[0], name)
            : at < values.Count ? values[at++]
            : throw new JinjaException($"'{format}' has more places than there are values.");
    }

    static string Write(Match place, object? value)
    {
        var flags = place.Groups["flags"].Value;
        int? precision = place.Groups["precision"] is { Success: true } digits ? int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture) : null;
        var text = place.Groups["kind"].Value switch
        {
            "s" => Cut(Values.ToText(value), precision),
            "r" => Cut(Values.Repr(value), precision),
            "x" => ((long)Math.Truncate(Number(value))).ToString("x", CultureInfo.InvariantCulture),
            "X" => ((long)Math.Truncate(Number(value))).ToString("X", CultureInfo.InvariantCulture),
            "d" or "i" => Math.Truncate(Number(value)).ToString("F0", CultureInfo.InvariantCulture),
            "g" => Values.Repr(Number(value)),
            "e" or "E" => Number(value).ToString($"{place.Groups["kind"].Value}{precision ?? 6}", CultureInfo.InvariantCulture),
            _ => Number(value).ToString($"F{precision ?? 6}", CultureInfo.InvariantCulture),
        };
        if (flags.Contains('+', StringComparison.Ordinal) && place.Groups["kind"].Value is not ("s" or "r") && !text.StartsWith('-')) text = "+" + text;
        return Pad(text, flags, place.Groups["width"] is { Success: true } width ? int.Parse(width.ValueSpan, CultureInfo.InvariantCulture) : 0);
    }

    static string Cut(string text, int? length) => length < text.Length ? text[..length.Value] : text;

    static string Pad(string text, string flags, int width)
    {
        if (flags.Contains('-', StringComparison.Ordinal)) return text.PadRight(width);
        if (!flags.Contains('0', StringComparison.Ordinal) || text.Length >= width) return text.PadLeft(width);
        var sign = text[0] is '-' or '+' ? 1 : 0;
        return new StringBuilder(text).Insert(sign, "0", width - text.Length).ToString();
    }

    static double Number(object? value) => Values.ToNumber(value) ?? throw new JinjaException($"{Values.Repr(value)} is no number.");
}
