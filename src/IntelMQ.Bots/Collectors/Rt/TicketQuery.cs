using System.Globalization;

namespace IntelMQ.Bots.Collectors.Rt;

/// <summary>The search for tickets in the language of Request Tracker.</summary>
static class TicketQuery
{
    public static string Of(RtCollectorOptions options, DateTimeOffset now)
    {
        var conditions = new List<string>();
        Add(conditions, "Queue", "=", options.SearchQueue);
        Add(conditions, "Owner", "=", options.SearchOwner);
        Add(conditions, "Requestor", "=", options.SearchRequestor);
        Add(conditions, "Status", "=", options.SearchStatus);
        Add(conditions, "Subject", " LIKE ", options.SearchSubjectLike);
        Add(conditions, "Subject", " NOT LIKE ", options.SearchSubjectNotLike);
        if (PointInTime.Parse(options.SearchNotOlderThan) is { } limit)
            conditions.Add($"(Created>'{limit.At(now).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)}')");
        return string.Join(" AND ", conditions);
    }

    static void Add(List<string> to, string field, string comparison, FieldValue wanted)
    {
        if (wanted.IsNone) return;
        IEnumerable<string> values = wanted.List is { } list ? list.Select(item => PythonValues.ToText(FieldValue.From(item))) : [PythonValues.ToText(wanted)];
        to.AddRange(values.Where(value => value.Length > 0).Select(value => $"({field}{comparison}'{Escape(value)}')"));
    }

    static string Escape(string value) => value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal);
}
