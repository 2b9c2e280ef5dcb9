using System.Collections.Frozen;

namespace IntelMQ.Sdk;

/// <summary>The words that dates are written with, in any case.</summary>
static class DateWords
{
    static readonly FrozenDictionary<string, int> Weekdays = Numbered(
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]);

    static readonly FrozenDictionary<string, int> Months = Numbered(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"],
        ["", "", "", "", "", "", "", "", "sept"]);

    static readonly FrozenDictionary<string, int> Units = Numbered(["h", "m", "s"], ["hour", "minute", "second"], ["hours", "minutes", "seconds"]);

    static readonly FrozenSet<string> Jumps = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        " ", ".", ",", ";", "-", "/", "'", "at", "on", "and", "ad", "m", "t", "of", "st", "nd", "rd", "th");

    static FrozenDictionary<string, int> Numbered(params string[][] spellings) => spellings
        .SelectMany(names => names.Select((name, i) => KeyValuePair.Create(name, i)))
        .Where(pair => pair.Key.Length > 0)
        .DistinctBy(pair => pair.Key)
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>0 for Monday to 6; -1 for another word.</summary>
    public static int Weekday(string word) => Weekdays.GetValueOrDefault(word, -1);

    /// <summary>1 to 12; 0 for another word.</summary>
    public static int Month(string word) => Months.TryGetValue(word, out var month) ? month + 1 : 0;

    /// <summary>0 for hours, 1 for minutes, 2 for seconds; -1 for another word.</summary>
    public static int Unit(string word) => Units.GetValueOrDefault(word, -1);

    /// <summary>0 for before, 1 for after noon; -1 for another word.</summary>
    public static int HalfOfDay(string word) => word.Length > 2 ? -1
        : word.Equals("am", StringComparison.OrdinalIgnoreCase) || word.Equals("a", StringComparison.OrdinalIgnoreCase) ? 0
        : word.Equals("pm", StringComparison.OrdinalIgnoreCase) || word.Equals("p", StringComparison.OrdinalIgnoreCase) ? 1
        : -1;

    /// <summary>A word or sign that says nothing.</summary>
    public static bool IsJump(string word) => Jumps.Contains(word);

    public static bool IsOf(string word) => word.Equals("of", StringComparison.OrdinalIgnoreCase);

    public static bool IsUtc(string word) =>
        word.Equals("UTC", StringComparison.OrdinalIgnoreCase) || word.Equals("GMT", StringComparison.OrdinalIgnoreCase) || word is "Z" or "z";

    public static bool LooksLikeZone(string word) =>
        word.Length <= 5 && (!word.AsSpan().ContainsAnyExceptInRange('A', 'Z') || word == "z");

    /// <summary>Words that are numbers to the original, but none it can compute with.</summary>
    public static bool IsNoNumber(string word) =>
        word.Equals("nan", StringComparison.OrdinalIgnoreCase) || word.Equals("inf", StringComparison.OrdinalIgnoreCase)
        || word.Equals("infinity", StringComparison.OrdinalIgnoreCase);
}
