using System.Globalization;

namespace IntelMQ.Sdk;

/// <summary>Points in time in the form of messages, <c>2015-08-31T08:16:10+00:00</c>, and in forms close to it.</summary>
static class IsoDate
{
    /// <summary>Room for any text of <see cref="Write"/>.</summary>
    const int MostChars = 32;

    /// <summary>The form of messages: UTC, six digits of a fraction only where there is one.</summary>
    public static string Format(DateTime utc)
    {
        Span<char> text = stackalloc char[MostChars];
        return text[..Write(utc, text)].ToString();
    }

    static int Write(DateTime utc, Span<char> to)
    {
        var (date, time) = (DateOnly.FromDateTime(utc), utc.TimeOfDay);
        WriteDigits(to, date.Year, 4);
        to[4] = '-';
        WriteDigits(to[5..], date.Month, 2);
        to[7] = '-';
        WriteDigits(to[8..], date.Day, 2);
        to[10] = 'T';
        WriteDigits(to[11..], time.Hours, 2);
        to[13] = ':';
        WriteDigits(to[14..], time.Minutes, 2);
        to[16] = ':';
        WriteDigits(to[17..], time.Seconds, 2);
        var at = 19;
        var microseconds = (int)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        if (microseconds != 0)
        {
            to[at++] = '.';
            WriteDigits(to[at..], microseconds, 6);
            at += 6;
        }

        "+00:00".CopyTo(to[at..]);
        return at + 6;
    }

    static void WriteDigits(Span<char> to, int number, int digits)
    {
        for (var i = digits - 1; i >= 0; i--, number /= 10) to[i] = (char)('0' + (number % 10));
    }

    /// <summary>
    /// Whether a text is in the form of messages. As the original has it, month to second may lack their leading zero,
    /// and a fraction has one to six digits.
    /// </summary>
    public static bool IsCanonical(ReadOnlySpan<char> text)
    {
        var reader = new FieldReader(text);
        if (!(reader.Digits(4, 4, out var year) && reader.Char('-')
            && reader.Digits(1, 2, out var month) && reader.Char('-')
            && reader.Day(out var day) && reader.Char('T')
            && reader.Digits(1, 2, out var hour) && reader.Char(':')
            && reader.Digits(1, 2, out var minute) && reader.Char(':')
            && reader.Digits(1, 2, out var second))) return false;
        if (reader.Rest is ['.', ..] && !(reader.Char('.') && reader.Digits(1, 6, out _))) return false;
        return reader.Rest.SequenceEqual("+00:00") && IsDate(year, month, day) && hour < 24 && minute < 60 && second < 60;
    }

    /// <summary>
    /// Reads the forms that most feeds use, <c>2015-08-31[T ]08:16[:10[.5]][Z|+02:00|+0200]</c>, without taking them to
    /// pieces. What it refuses may still be a date for <see cref="FuzzyDate"/>; what it reads has the same meaning there.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTime utc)
    {
        utc = default;
        var reader = new FieldReader(text);
        if (!(reader.Digits(4, 4, out var year) && reader.Char('-')
            && reader.Digits(2, 2, out var month) && reader.Char('-')
            && reader.Digits(2, 2, out var day))) return false;

        int hour = 0, minute = 0, second = 0;
        long fraction = 0, offset = 0;
        if (!reader.Rest.IsEmpty)
        {
            if (!(reader.Char('T') || reader.Char(' '))) return false;
            if (!(reader.Digits(2, 2, out hour) && reader.Char(':') && reader.Digits(2, 2, out minute))) return false;
            if (reader.Char(':') && !(reader.Digits(2, 2, out second) && (reader.Rest is not ['.', ..] || reader.Fraction(out fraction)))) return false;
            if (!reader.Rest.IsEmpty && !TryParseZone(reader.Rest, out offset)) return false;
        }

        if (!IsDate(year, month, day) || hour > 23 || minute > 59 || second > 59) return false;
        var ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + fraction - (offset * TimeSpan.TicksPerMinute);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) return false;
        utc = new DateTime(ticks, DateTimeKind.Utc);
        return true;
    }

    static bool TryParseZone(ReadOnlySpan<char> zone, out long minutes)
    {
        minutes = 0;
        if (zone is "Z" or "+00:00") return true;

        var reader = new FieldReader(zone);
        var east = reader.Char('+');
        if (!east && !reader.Char('-')) return false;
        if (!reader.Digits(2, 2, out var hour)) return false;
        reader.Char(':');
        if (!reader.Digits(2, 2, out var minute) || !reader.Rest.IsEmpty || hour > 22 || minute > 59) return false;
        minutes = (east ? 1 : -1) * ((hour * 60) + minute);
        return true;
    }

    public static bool IsDate(int year, int month, int day) =>
        year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);

    /// <summary>Reads a text from its beginning, field by field.</summary>
    ref struct FieldReader(ReadOnlySpan<char> text)
    {
        public ReadOnlySpan<char> Rest { get; private set; } = text;

        public bool Char(char expected)
        {
            if (Rest.IsEmpty || (Rest[0] != expected && !(expected == 'T' && Rest[0] == 't'))) return false;
            Rest = Rest[1..];
            return true;
        }

        public bool Digits(int least, int most, out int number)
        {
            number = 0;
            var count = 0;
            while (count < most && count < Rest.Length && char.IsAsciiDigit(Rest[count])) number = (number * 10) + (Rest[count++] - '0');
            Rest = Rest[count..];
            return count >= least;
        }

        // A blank may stand for the leading zero of a day.
        public bool Day(out int day)
        {
            if (Rest is not [' ', ..]) return Digits(1, 2, out day);
            Rest = Rest[1..];
            return Digits(1, 1, out day);
        }

        /// <summary>A fraction of a second in ticks, cut to microseconds.</summary>
        public bool Fraction(out long ticks)
        {
            Rest = Rest[1..];
            var digits = 0;
            ticks = 0;
            while (digits < Rest.Length && char.IsAsciiDigit(Rest[digits]))
            {
                if (digits < 6) ticks = (ticks * 10) + (Rest[digits] - '0');
                digits++;
            }

            for (var i = digits; i < 6; i++) ticks *= 10;
            ticks *= TimeSpan.TicksPerMicrosecond;
            Rest = Rest[digits..];
            return digits > 0;
        }
    }
}
