using System.Collections;
using System.Globalization;
using System.Net;

namespace IntelMQ.Bots.Clients.Sql;

/// <summary>Values of messages as those of databases, and back.</summary>
static class SqlValue
{
    /// <summary>Lists and maps become JSON, which is what their columns hold.</summary>
    public static object? Of(object? value) => value switch
    {
        null or string or bool or long or double => value,
        IReadOnlyList<object?> or IReadOnlyDictionary<string, object?> => JsonText.Write(FieldValue.From(value), ascii: false),
        _ => FieldValue.From(value).ToString(),
    };

    /// <summary>What a column holds, in the form that a field can take.</summary>
    public static FieldValue ToField(object value) => FieldValue.From(ToObject(value));

    static object? ToObject(object? value) => value switch
    {
        null or DBNull => null,
        string or bool or int or long or float or double or byte[] => value,
        short number => (long)number,
        decimal number => decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue ? (long)number : (object)(double)number,
        DateTime time => Text(time),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IPAddress or IPNetwork or Guid => value.ToString(),
        IEnumerable list => list.Cast<object?>().Select(ToObject).ToList(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    /// <summary>A time without a zone is UTC, as that of a field.</summary>
    static string Text(DateTime time) =>
        (time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture) + "+00:00";
}
