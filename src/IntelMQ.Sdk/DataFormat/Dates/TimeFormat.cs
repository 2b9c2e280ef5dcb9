using System.Globalization;
using System.Numerics;

namespace IntelMQ.Sdk;

/// <summary>How the times of a feed are written, as the parameter <c>time_format</c> of bots says it.</summary>
public sealed class TimeFormat
{
    static readonly string[] Names =
        ["timestamp", "windows_nt", "epoch_millis", "from_format", "from_format_midnight", "utc_isoformat", "fuzzy"];

    readonly string _name;
    readonly StrptimeFormat? _format;

    TimeFormat(string name, StrptimeFormat? format)
    {
        _name = name;
        _format = format;
    }

    /// <summary>Any spelling of a date, understood by guessing.</summary>
    public static TimeFormat Fuzzy { get; } = new("fuzzy", null);

    /// <summary>Seconds since 1970.</summary>
    public static TimeFormat Timestamp { get; } = new("timestamp", null);

    /// <summary>Seconds (10 digits) or milliseconds (13 digits) since 1970.</summary>
    public static TimeFormat EpochMillis { get; } = new("epoch_millis", null);

    /// <summary>100 nanoseconds since 1601, as Windows counts.</summary>
    public static TimeFormat WindowsNt { get; } = new("windows_nt", null);

    /// <summary>The form that messages have, <c>2015-08-31T08:16:10+00:00</c>.</summary>
    public static TimeFormat UtcIsoFormat { get; } = new("utc_isoformat", null);

    /// <summary>A format with <c>%</c> directives; without a zone it is UTC.</summary>
    /// <exception cref="FormatException">The format has an error.</exception>
    public static TimeFormat FromFormat(string format) => new("from_format", StrptimeFormat.Parse(format));

    /// <summary>A format with <c>%</c> directives of which only the date counts.</summary>
    /// <exception cref="FormatException">The format has an error.</exception>
    public static TimeFormat FromFormatMidnight(string format) => new("from_format_midnight", StrptimeFormat.Parse(format));

    /// <summary>Reads the parameter: a name, for some with a format behind <c>|</c>; nothing means <see cref="Fuzzy"/>.</summary>
    /// <exception cref="FormatException">The name is unknown, or the format is missing, superfluous or wrong; the message says what.</exception>
    public static TimeFormat Parse(string? parameter)
    {
        if (string.IsNullOrEmpty(parameter)) return Fuzzy;

        var parts = parameter.Split('|');
        var takesFormat = parts[0] is "from_format" or "from_format_midnight";
        if (!Names.Contains(parts[0]))
            throw new FormatException($"Argument 'time_format' is invalid. Should be one of: [{string.Join(", ", Names.Select(n => $"'{n}'"))}, None]. Got {PythonText.Repr(parameter)}.");
        if (takesFormat != parts.Length > 1)
            throw new FormatException($"Argument 'time_format' is invalid. Should be of type: {parts[0]}{(takesFormat ? "|FORMAT_STRING" : "")}. Got {PythonText.Repr(parameter)}.");
        return new TimeFormat(parts[0], takesFormat ? StrptimeFormat.Parse(parts[1]) : null);
    }

    /// <summary>Converts a value of a feed to the form of messages.</summary>
    /// <param name="value">A text or a number.</param>
    /// <param name="time">As <c>2015-08-31T08:16:10+00:00</c>. Null when the value does not follow the format, and for <see cref="EpochMillis"/> of an unusual length.</param>
    /// <returns>False when the value does not follow the format.</returns>
    public bool TryConvert(in FieldValue value, out string? time) => TryConvert(value, out time, out _);

    /// <summary>Converts a value of a feed to the form of messages, and says why that cannot be done.</summary>
    /// <inheritdoc cref="TryConvert(in FieldValue, out string?)"/>
    public bool TryConvert(in FieldValue value, out string? time, out string? problem)
    {
        problem = null;
        switch (_name)
        {
            case "timestamp": return TryFromTimestamp(value, out time, out problem);
            case "epoch_millis": return TryFromEpochMillis(value, out time, out problem);
            case "windows_nt": return TryFromWindowsNt(value, out time, out problem);
            case "utc_isoformat":
                time = value.Text is { } given && IsoDate.IsCanonical(given) ? given : null;
                if (time is null) problem = $"time data {PythonText.Repr(value)} does not match format '%Y-%m-%dT%H:%M:%S+00:00'";
                return time is not null;
            case "fuzzy": return TryFromFuzzy(value, out time, out problem);
            default: return TryFromFormat(value, out time, out problem);
        }
    }

    /// <summary>Converts as <see cref="TryConvert(in FieldValue, out string?)"/>, or throws.</summary>
    /// <exception cref="FormatException">The value does not follow the format; the message says why.</exception>
    public string? Convert(in FieldValue value) => TryConvert(value, out var time, out var problem) ? time : throw new FormatException(problem);

    static bool TryFromFuzzy(in FieldValue value, out string? time, out string? problem)
    {
        time = null;
        problem = "Parser must be a string or character stream";
        if (TryReadPlain(value, out var plain))
        {
            time = IsoDate.Format(plain);
            return true;
        }

        if (value.Text is not { } text) return false;
        if (!FuzzyDate.TryParse(text, DataFormatClock.Current, out var utc, out problem)) return false;
        time = IsoDate.Format(utc);
        return true;
    }

    /// <summary>The usual spellings, out of UTF-8 that needs not be decoded.</summary>
    static bool TryReadPlain(in FieldValue value, out DateTime utc)
    {
        utc = default;
        Span<char> text = stackalloc char[32];
        return value.TryGetUtf8(out var utf8) && utf8.Length <= text.Length
            && System.Text.Ascii.ToUtf16(utf8, text, out var length) == System.Buffers.OperationStatus.Done && IsoDate.TryParse(text[..length], out utc);
    }

    bool TryFromFormat(in FieldValue value, out string? time, out string? problem)
    {
        time = null;
        problem = "strptime() argument 1 must be str";
        if (value.Text is not { } text || !_format!.TryRead(text, out var local, out var offset, out problem)) return false;
        if (_name == "from_format_midnight")
        {
            time = IsoDate.Format(local.Date);
            return true;
        }

        var ticks = local.Ticks - (offset ?? TimeSpan.Zero).Ticks;
        return TryFormat(ticks, out time, out problem);
    }

    static bool TryFormat(Int128 ticks, out string? time, out string? problem)
    {
        var fits = ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
        time = fits ? IsoDate.Format(new DateTime((long)ticks, DateTimeKind.Utc)) : null;
        problem = fits ? null : "date value out of range";
        return fits;
    }

    static bool TryFromTimestamp(in FieldValue value, out string? time, out string? problem)
    {
        if (FloatType.TryConvert(value, out var seconds)) return TryAddSeconds(DateTime.UnixEpoch, seconds, out time, out problem);
        time = null;
        problem = $"could not convert {PythonText.Repr(value)} to a number";
        return false;
    }

    static bool TryFromWindowsNt(in FieldValue value, out string? time, out string? problem)
    {
        time = null;
        problem = null;
        if (!IntegerType.TryConvert(value, out var number))
        {
            problem = $"invalid literal for int() with base 10: {PythonText.Repr(value)}";
            return false;
        }

        number.TryGetNumber(out var ticks);
        return TryAddSeconds(new DateTime(1601, 1, 1, 0, 0, 0, DateTimeKind.Utc), ticks * 1e-7, out time, out problem);
    }

    static bool TryAddSeconds(DateTime start, double seconds, out string? time, out string? problem)
    {
        time = null;
        problem = "date value out of range";
        if (!(Math.Abs(seconds) < 1e12)) return false;

        // Whole seconds exactly, the fraction rounded to microseconds with halves to even.
        var whole = Math.Truncate(seconds);
        var microseconds = (long)Math.Round((seconds - whole) * 1e6, MidpointRounding.ToEven);
        return TryFormat(start.Ticks + ((Int128)(long)whole * TimeSpan.TicksPerSecond) + (microseconds * TimeSpan.TicksPerMicrosecond), out time, out problem);
    }

    static bool TryFromEpochMillis(in FieldValue value, out string? time, out string? problem)
    {
        time = null;
        problem = null;
        if (!IntegerType.TryConvert(value, out var number))
        {
            problem = $"invalid literal for int() with base 10: {PythonText.Repr(value)}";
            return false;
        }

        BigInteger? divisor = PythonText.CodePoints(PythonText.ToText(value)) switch { 10 => 1, 12 => 100, 13 => 1000, _ => null };
        if (divisor is null) return true;

        var seconds = BigInteger.DivRem(BigInteger.Parse(PythonText.ToText(number), CultureInfo.InvariantCulture), divisor.Value, out var rest);
        if (rest.Sign < 0) seconds--;
        return TryAddSeconds(DateTime.UnixEpoch, (double)seconds, out time, out problem);
    }
}
