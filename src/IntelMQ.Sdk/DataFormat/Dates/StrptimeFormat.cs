using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Sdk;

/// <summary>A format of dates with <c>%</c> directives, as <c>strptime</c> of C and of the original's language reads it.</summary>
public sealed class StrptimeFormat
{
    static readonly string[] Weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    static readonly string[] Months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    readonly Regex _regex;
    readonly string _directives;

    StrptimeFormat(string format, Regex regex, string directives)
    {
        Text = format;
        _regex = regex;
        _directives = directives;
    }

    /// <summary>The format as it was given.</summary>
    public string Text { get; }

    /// <summary>Reads a format such as <c>%d/%b/%Y:%H:%M:%S %z</c>.</summary>
    /// <exception cref="FormatException">A directive is unknown, doubled or not complete; the message says which.</exception>
    public static StrptimeFormat Parse(string format)
    {
        var pattern = new StringBuilder("^");
        var directives = new StringBuilder();
        Append(pattern, directives, format, format);
        return new StrptimeFormat(format, new Regex(pattern.ToString(), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, MostTime), directives.ToString());
    }

    static void Append(StringBuilder pattern, StringBuilder directives, string format, string whole)
    {
        for (var i = 0; i < format.Length; i++)
        {
            if (PythonText.IsSpace(format[i]))
            {
                while (i + 1 < format.Length && PythonText.IsSpace(format[i + 1])) i++;
                pattern.Append(@"[\s\x1c-\x1f]+");
            }
            else if (format[i] != '%')
            {
                pattern.Append(Regex.Escape(format.Substring(i, 1)));
            }
            else if (++i == format.Length)
            {
                throw new FormatException($"stray % in format '{whole}'");
            }
            else
            {
                AppendDirective(pattern, directives, format[i], whole);
            }
        }
    }

    static void AppendDirective(StringBuilder pattern, StringBuilder directives, char directive, string whole)
    {
        var several = directive switch { 'c' => "%a %b %d %H:%M:%S %Y", 'x' => "%m/%d/%y", 'X' => "%H:%M:%S", _ => null };
        if (several is not null)
        {
            Append(pattern, directives, several, whole);
            return;
        }

        if (directive == '%')
        {
            pattern.Append('%');
            return;
        }

        var part = PatternOf(directive) ?? throw new FormatException($"'{directive}' is a bad directive in format '{whole}'");
        if (directives.ToString().Contains(directive, StringComparison.Ordinal)) throw new FormatException($"'{directive}' stands twice in format '{whole}'");
        directives.Append(directive);
        pattern.Append('(').Append(part).Append(')');
    }

    // The order of alternatives decides what a text means that can be read in several ways; it is the original's.
    static string? PatternOf(char directive) => directive switch
    {
        'd' => @"3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9]",
        'f' => "[0-9]{1,6}",
        'H' => @"2[0-3]|[0-1]\d|\d",
        'I' => "1[0-2]|0[1-9]|[1-9]",
        'j' => @"36[0-6]|3[0-5]\d|[1-2]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9]",
        'm' => "1[0-2]|0[1-9]|[1-9]",
        'M' => @"[0-5]\d|\d",
        'S' => @"6[0-1]|[0-5]\d|\d",
        'U' or 'W' => @"5[0-3]|[0-4]\d|\d",
        'w' => "[0-6]",
        'u' => "[1-7]",
        'V' => @"5[0-3]|0[1-9]|[1-4]\d|\d",
        'y' => @"\d\d",
        'Y' or 'G' => @"\d\d\d\d",
        'z' => @"[+-]\d\d:?[0-5]\d(?::?[0-5]\d(?:\.\d{1,6})?)?|(?-i:Z)",
        'A' => ByLength(Weekdays),
        'a' => ByLength(Weekdays.Select(Short)),
        'B' => ByLength(Months),
        'b' => ByLength(Months.Select(Short)),
        'p' => "am|pm",
        'Z' => "utc|gmt",
        _ => null,
    };

    static string Short(string name) => name[..3];

    static string ByLength(IEnumerable<string> names) => string.Join('|', names.OrderByDescending(n => n.Length));

    /// <summary>Reads a text that must follow the format to its end.</summary>
    /// <param name="text">The text of a date.</param>
    /// <param name="local">The date and time as they stand there; what the format does not have is from 1900-01-01 00:00:00.</param>
    /// <param name="offset">The distance of <paramref name="local"/> from UTC when the format has <c>%z</c>.</param>
    public bool TryRead(string text, out DateTime local, out TimeSpan? offset) => TryRead(text, out local, out offset, out _);

    internal bool TryRead(string text, out DateTime local, out TimeSpan? offset, out string? problem)
    {
        local = default;
        offset = null;
        var strict = new StrptimeFields();
        if (TryReadStrictly(text, ref strict))
        {
            offset = strict.Offset;
            problem = strict.Complete(out local);
            return problem is null;
        }

        Match match;
        try
        {
            match = _regex.Match(text);
        }
        catch (RegexMatchTimeoutException)
        {
            problem = "it takes too long to compare the text with the format";
            return false;
        }

        if (!match.Success)
        {
            problem = $"time data {PythonText.Repr(text)} does not match format {PythonText.Repr(Text)}";
            return false;
        }

        if (match.Length != text.Length)
        {
            problem = $"unconverted data remains: {text[match.Length..]}";
            return false;
        }

        var fields = new StrptimeFields();
        for (var i = 0; i < _directives.Length; i++)
        {
            problem = fields.Set(_directives[i], match.Groups[i + 1].ValueSpan);
            if (problem is not null) return false;
        }

        offset = fields.Offset;
        problem = fields.Complete(out local);
        return problem is null;
    }

    /// <summary>
    /// Reads a text in which every number has its full width, without the regex engine. Where that succeeds the engine
    /// would find the same; whatever is in doubt is left to it.
    /// </summary>
    bool TryReadStrictly(ReadOnlySpan<char> text, ref StrptimeFields fields)
    {
        var format = Text.AsSpan();
        var at = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] == '%' && i + 1 < format.Length)
            {
                var length = StrictLength(format[++i], text[at..]);
                if (length == 0 || fields.Set(format[i], text.Slice(at, length)) is not null) return false;
                at += length;
            }
            else
            {
                if (at == text.Length || text[at] != format[i] || (PythonText.IsSpace(format[i]) && !IsSingleBlank(text, at, format, i))) return false;
                at++;
            }
        }

        return at == text.Length;
    }

    static bool IsSingleBlank(ReadOnlySpan<char> text, int at, ReadOnlySpan<char> format, int i) =>
        (at + 1 == text.Length || !PythonText.IsSpace(text[at + 1])) && (i + 1 == format.Length || !PythonText.IsSpace(format[i + 1]));

    static int StrictLength(char directive, ReadOnlySpan<char> text)
    {
        switch (directive)
        {
            case 'Y': return Digits(text) >= 4 ? 4 : 0;
            case 'm': return IsBetween(text, 1, 12);
            case 'd': return IsBetween(text, 1, 31);
            case 'H': return IsBetween(text, 0, 23);
            case 'M' or 'S': return IsBetween(text, 0, 59);
            case 'y': return IsBetween(text, 0, 99);
            case 'f': return Math.Min(Digits(text), 6);
            case 'b': return text.Length >= 3 && MonthOf(text[..3]) > 0 ? 3 : 0;
            // Only at the end: behind it could stand seconds, with or without a colon.
            case 'z': return text.Length == 5 && text[0] is '+' or '-' && Digits(text[1..]) == 4 && text[3] <= '5' ? 5 : 0;
            default: return 0;
        }
    }

    static int Digits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    static int IsBetween(ReadOnlySpan<char> text, int least, int most) =>
        text.Length >= 2 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[1])
        && ((text[0] - '0') * 10) + text[1] - '0' is var number && number >= least && number <= most ? 2 : 0;

    internal static int MonthOf(ReadOnlySpan<char> name) => IndexOf(Months, name) + 1;

    internal static int WeekdayOf(ReadOnlySpan<char> name) => IndexOf(Weekdays, name);

    static int IndexOf(string[] names, ReadOnlySpan<char> start)
    {
        for (var i = 0; i < names.Length; i++)
            if (names[i].AsSpan().StartsWith(start, StringComparison.OrdinalIgnoreCase))
                return i;
        return -1;
    }
}

/// <summary>What the directives of a format said, on the way to one date.</summary>
struct StrptimeFields
{
    int? _year, _isoYear, _isoWeek, _weekday, _dayOfYear, _week;
    int _month = 1, _day = 1, _hour, _minute, _second, _microsecond;
    bool _weekStartsMonday;
    int? _hourOfHalf;
    bool _afternoon;

    public StrptimeFields()
    {
    }

    public TimeSpan? Offset { get; private set; }

    /// <returns>Null, or what is wrong with the value.</returns>
    public string? Set(char directive, ReadOnlySpan<char> value)
    {
        switch (directive)
        {
            case 'y': _year = Number(value) is var y && y <= 68 ? 2000 + y : 1900 + y; break;
            case 'Y': _year = Number(value); break;
            case 'G': _isoYear = Number(value); break;
            case 'm': _month = Number(value); break;
            case 'B' or 'b': _month = StrptimeFormat.MonthOf(value); break;
            case 'd': _day = Number(value.TrimStart(' ')); break;
            case 'H':
                // Of two hours the later one counts.
                _hour = Number(value);
                _hourOfHalf = null;
                break;
            case 'I': _hourOfHalf = Number(value); break;
            case 'p': _afternoon = value[0] is 'p' or 'P'; break;
            case 'M': _minute = Number(value); break;
            case 'S': _second = Number(value); break;
            case 'f': _microsecond = Fraction(value); break;
            case 'A' or 'a': _weekday = StrptimeFormat.WeekdayOf(value); break;
            case 'w': _weekday = (Number(value) + 6) % 7; break;
            case 'u': _weekday = Number(value) - 1; break;
            case 'j': _dayOfYear = Number(value); break;
            case 'U' or 'W': (_week, _weekStartsMonday) = (Number(value), directive == 'W'); break;
            case 'V': _isoWeek = Number(value); break;
            case 'z': return SetOffset(value.ToString());
        }

        return null;
    }

    static int Number(ReadOnlySpan<char> digits) => DateNumber.TryRead(digits, out var number) ? (int)number : 0;

    static int Fraction(ReadOnlySpan<char> digits)
    {
        var number = Number(digits);
        for (var i = digits.Length; i < 6; i++) number *= 10;
        return number;
    }

    string? SetOffset(string value)
    {
        if (value == "Z")
        {
            Offset = TimeSpan.Zero;
            return null;
        }

        var digits = value[3] == ':' ? value.Remove(3, 1) : value;
        if (digits.Length > 5)
        {
            if ((digits[5] == ':') != (digits.Length != value.Length)) return $"Inconsistent use of : in {value}";
            if (digits[5] == ':') digits = digits.Remove(5, 1);
        }

        var distance = new TimeSpan(Number(digits.AsSpan(1, 2)), Number(digits.AsSpan(3, 2)), digits.Length > 5 ? Number(digits.AsSpan(5, 2)) : 0);
        if (digits.Length > 8) distance += TimeSpan.FromMicroseconds(Fraction(digits.AsSpan(8)));
        Offset = value[0] == '-' ? -distance : distance;
        return distance >= TimeSpan.FromDays(1) ? "offset must be between -24 and 24 hours" : null;
    }

    /// <returns>Null, or what is wrong.</returns>
    public readonly string? Complete(out DateTime local)
    {
        local = default;
        if (_year is null && _isoYear is not null && (_dayOfYear is not null || _isoWeek is null || _weekday is null))
            return "ISO year directive '%G' must be used with the ISO week directive '%V' and a weekday directive ('%A', '%a', '%w', or '%u').";
        if ((_year is not null || _isoYear is null) && _week is null && _isoWeek is not null)
            return "ISO week directive '%V' must be used with the ISO year directive '%G' and a weekday directive ('%A', '%a', '%w', or '%u').";

        var hour = _hourOfHalf is { } half ? (half % 12) + (_afternoon ? 12 : 0) : _hour;
        if (_second > 59) return "second must be in 0..59";
        if (!TryGetDate(out var date)) return "day is out of range for month";
        local = date.ToDateTime(new TimeOnly(hour, _minute, _second)).AddMicroseconds(_microsecond);
        return null;
    }

    readonly bool TryGetDate(out DateOnly date)
    {
        date = default;
        var year = _year ?? 1900;
        if (year is < 1 or > 9999) return false;
        var dayOfYear = _dayOfYear;
        if (dayOfYear is null && _weekday is { } weekday)
        {
            if (_week is { } week) dayOfYear = DayOfYear(year, week, weekday);
            else if (_isoYear is { } isoYear && _isoWeek is { } isoWeek) return TryGetIsoDate(isoYear, isoWeek, weekday, out date);
        }

        if (dayOfYear is { } days)
        {
            // A day of the year wins over month and day, and may lie in the year before or after.
            var number = new DateOnly(year, 1, 1).DayNumber + days - 1;
            if (number < 0 || number > DateOnly.MaxValue.DayNumber) return false;
            date = DateOnly.FromDayNumber(number);
            return true;
        }

        if (!IsoDate.IsDate(year, _month, _day)) return false;
        date = new DateOnly(year, _month, _day);
        return true;
    }

    static bool TryGetIsoDate(int year, int week, int weekday, out DateOnly date)
    {
        date = default;
        if (year is < 1 or > 9999) return false;
        // A week that the year does not have lies in the next or the previous one.
        var number = DateOnly.FromDateTime(ISOWeek.ToDateTime(year, 1, DayOfWeek.Monday)).DayNumber + (7 * (week - 1)) + weekday;
        if (number < 0 || number > DateOnly.MaxValue.DayNumber) return false;
        date = DateOnly.FromDayNumber(number);
        return true;
    }

    readonly int DayOfYear(int year, int week, int weekday)
    {
        var first = ((int)new DateOnly(year, 1, 1).DayOfWeek + 6) % 7;
        if (!_weekStartsMonday)
        {
            first = (first + 1) % 7;
            weekday = (weekday + 1) % 7;
        }

        return week == 0 ? 1 + weekday - first : 1 + ((7 - first) % 7) + (7 * (week - 1)) + weekday;
    }
}
