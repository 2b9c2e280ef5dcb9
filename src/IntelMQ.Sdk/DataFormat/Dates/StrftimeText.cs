using System.Globalization;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>Writes points in time in formats with <c>%</c> directives, as <c>strftime</c> does in the C locale.</summary>
public static class StrftimeText
{
    /// <summary>Writes a time; directives that are unknown stay as they are.</summary>
    /// <param name="format">Such as <c>%Y-%m-%d %H:%M:%S</c>.</param>
    /// <param name="time">The time, with the offset it is to be shown in.</param>
    public static string Format(string format, DateTimeOffset time)
    {
        var text = new StringBuilder(format.Length + 16);
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length) text.Append(format[i]);
            else if (Directive(format[++i], time) is { } written) text.Append(written);
            else text.Append('%').Append(format[i]);
        }

        return text.ToString();
    }

    static string? Directive(char directive, DateTimeOffset time)
    {
        var clock = CultureInfo.InvariantCulture;
        return directive switch
        {
            '%' => "%",
            'a' => time.ToString("ddd", clock),
            'A' => time.ToString("dddd", clock),
            'b' or 'h' => time.ToString("MMM", clock),
            'B' => time.ToString("MMMM", clock),
            'c' => Format("%a %b %e %H:%M:%S %Y", time),
            'C' => (time.Year / 100).ToString("00", clock),
            'd' => time.ToString("dd", clock),
            'D' or 'x' => time.ToString("MM'/'dd'/'yy", clock),
            'e' => time.Day.ToString(clock).PadLeft(2),
            'f' => time.ToString("ffffff", clock),
            'F' => time.ToString("yyyy'-'MM'-'dd", clock),
            'G' => ISOWeek.GetYear(time.DateTime).ToString("0000", clock),
            'H' => time.ToString("HH", clock),
            'I' => time.ToString("hh", clock),
            'j' => time.DayOfYear.ToString("000", clock),
            'm' => time.ToString("MM", clock),
            'M' => time.ToString("mm", clock),
            'n' => "\n",
            'p' => time.ToString("tt", clock),
            'R' => time.ToString("HH':'mm", clock),
            's' => time.ToUnixTimeSeconds().ToString(clock),
            'S' => time.ToString("ss", clock),
            't' => "\t",
            'T' or 'X' => time.ToString("HH':'mm':'ss", clock),
            'u' => ((((int)time.DayOfWeek + 6) % 7) + 1).ToString(clock),
            'U' => ((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7).ToString("00", clock),
            'V' => ISOWeek.GetWeekOfYear(time.DateTime).ToString("00", clock),
            'w' => ((int)time.DayOfWeek).ToString(clock),
            'W' => ((time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7).ToString("00", clock),
            'y' => time.ToString("yy", clock),
            'Y' => time.ToString("yyyy", clock),
            'z' => time.ToString("zzz", clock).Replace(":", "", StringComparison.Ordinal),
            'Z' => time.Offset == TimeSpan.Zero ? "UTC" : "",
            _ => null,
        };
    }
}
