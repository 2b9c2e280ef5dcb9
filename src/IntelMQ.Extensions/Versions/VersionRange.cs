using System.Diagnostics.CodeAnalysis;

namespace IntelMQ.Extensions;

/// <summary>An interval of versions in NuGet's notation: <c>[1.1.0, 2.0.0)</c>, <c>[1.2.3]</c>, <c>1.0</c> (that or higher).</summary>
internal sealed record VersionRange
{
    VersionRange(string text, SemanticVersion? lowest, bool withLowest, SemanticVersion? highest, bool withHighest)
    {
        Text = text;
        Lowest = lowest;
        WithLowest = withLowest;
        Highest = highest;
        WithHighest = withHighest;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    SemanticVersion? Lowest { get; }

    bool WithLowest { get; }

    SemanticVersion? Highest { get; }

    bool WithHighest { get; }

    /// <exception cref="FormatException">The text is no interval.</exception>
    public static VersionRange Parse(string text) =>
        TryParse(text, out var range) ? range : throw new FormatException($"'{text}' is not an interval of versions such as [1.1.0, 2.0.0)");

    public static bool TryParse(string text, [NotNullWhen(true)] out VersionRange? range)
    {
        range = null;
        text = text.Trim();
        if (text.Length == 0) return false;
        if (text[0] is not ('[' or '('))
        {
            if (SemanticVersion.TryParseShort(text, out var atLeast)) range = new(text, atLeast, true, null, false);
            return range is not null;
        }

        if (text.Length < 3 || text[^1] is not (']' or ')')) return false;
        var ends = text[1..^1].Split(',', StringSplitOptions.TrimEntries);
        return ends switch
        {
            [var only] => TryExactly(text, only, out range),
            [var low, var high] => TryBetween(text, low, high, out range),
            _ => false,
        };
    }

    static bool TryExactly(string text, string only, [NotNullWhen(true)] out VersionRange? range)
    {
        range = text is ['[', .., ']'] && SemanticVersion.TryParseShort(only, out var version) ? new(text, version, true, version, true) : null;
        return range is not null;
    }

    static bool TryBetween(string text, string low, string high, [NotNullWhen(true)] out VersionRange? range)
    {
        range = null;
        SemanticVersion? lowest = null, highest = null;
        if (low.Length > 0 && !SemanticVersion.TryParseShort(low, out lowest)) return false;
        if (high.Length > 0 && !SemanticVersion.TryParseShort(high, out highest)) return false;
        if (lowest is not null && highest is not null && lowest > highest) return false;
        range = new(text, lowest, text[0] == '[', highest, text[^1] == ']');
        return true;
    }

    /// <summary>Whether a version lies within, by SemVer's precedence.</summary>
    public bool Contains(SemanticVersion version)
    {
        if (Lowest is not null && (WithLowest ? version < Lowest : version <= Lowest)) return false;
        return Highest is null || (WithHighest ? version <= Highest : version < Highest);
    }

    public override string ToString() => Text;
}
