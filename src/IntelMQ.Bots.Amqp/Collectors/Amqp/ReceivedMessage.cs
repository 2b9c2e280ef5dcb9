using System.Text;

namespace IntelMQ.Bots.Collectors.Amqp;

/// <summary>A message as the server has delivered it.</summary>
sealed record ReceivedMessage(ulong Tag, byte[] Body)
{
    /// <summary>
    /// The report that another installation has put into the queue, with the fields that it has; null for anything else. An event is
    /// none either: it travels on as data, for the JSON parser.
    /// </summary>
    /// <exception cref="InvalidMessageException">A field has a value that cannot be.</exception>
    /// <exception cref="InvalidKeyException">There is no such field.</exception>
    public Report? ToReport(DataFormat format)
    {
        if (!JsonText.TryParse(Encoding.UTF8.GetString(Body), out var message) || message.Map is not { } fields || fields.GetValueOrDefault("__type") is not "Report") return null;
        var report = new Report(format);
        foreach (var (name, value) in fields)
        {
            if (name == "__type") continue;
            // On the wire the data are in Base64, which adding them would encode once more.
            report.Add(Field.Named(name), name == "raw" && value is string base64 && DataOf(base64) is { } data ? data : FieldValue.From(value));
        }

        return report;
    }

    static byte[]? DataOf(string base64)
    {
        var data = new byte[base64.Length / 4 * 3];
        return Convert.TryFromBase64String(base64, data, out var length) ? data[..length] : null;
    }
}
