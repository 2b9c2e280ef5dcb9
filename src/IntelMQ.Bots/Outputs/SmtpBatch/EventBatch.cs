using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace IntelMQ.Bots.Outputs.SmtpBatch;

/// <summary>The events of one contact that go into a mail.</summary>
/// <param name="Contact">Whose list they are in.</param>
/// <param name="Taken">How many of the first events of the list the mail deals with, those that are left out included.</param>
/// <param name="Rows">The events.</param>
sealed record EventBatch(string Contact, int Taken, IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows)
{
    /// <summary>A time without fractions and zone.</summary>
    const int TimeChars = 19;

    /// <summary>Reads events as they lie in a list.</summary>
    /// <param name="contact">Whose list it is.</param>
    /// <param name="events">JSON objects.</param>
    /// <param name="oldest">Events that were observed before are left out.</param>
    /// <exception cref="InvalidMessageException">One is no JSON object.</exception>
    public static EventBatch Read(string contact, IReadOnlyList<byte[]> events, DateTimeOffset? oldest) =>
        new(contact, events.Count, [.. events.Select(json => Parse(contact, json)).Where(row => !IsBefore(row, oldest))]);

    static IReadOnlyDictionary<string, object?> Parse(string contact, byte[] json)
    {
        try
        {
            return JsonText.Parse(json).Map ?? throw new FormatException("It is no object.");
        }
        catch (FormatException e)
        {
            throw new InvalidMessageException($"The list of '{contact}' has what is no event: {e.Message}", e);
        }
    }

    static bool IsBefore(IReadOnlyDictionary<string, object?> row, DateTimeOffset? oldest) =>
        oldest is { } limit
        && row.GetValueOrDefault("time.observation") is string { Length: >= TimeChars } time
        && DateTimeOffset.TryParseExact(time[..TimeChars], "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var observed)
        && observed < limit;

    /// <summary>The events as a table, packed.</summary>
    public byte[] ToZip(SmtpBatchOutputOptions options, DateTimeOffset now)
    {
        using var content = new MemoryStream();
        using (var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{now:yyMMdd}_{Rows.Count}_events.csv");
            using var file = new StreamWriter(zip.CreateEntry(name).Open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            file.Write(CsvText.Row(options.AllowedFieldnames.Select(field => options.FieldnamesTranslation.GetValueOrDefault(field, field)), new CsvDialect(), "\r\n"));
            foreach (var row in Rows) file.Write(CsvText.Row(options.AllowedFieldnames.Select(field => Text(field, row.GetValueOrDefault(field))), new CsvDialect(), "\r\n"));
        }

        return content.ToArray();
    }

    static string Text(string field, object? value) => value switch
    {
        null => "",
        // One row is one line, whatever the raw data were.
        string raw when field == "raw" => Decode(raw).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal),
        _ => PythonValues.ToText(FieldValue.From(value)),
    };

    static string Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var size) ? Encoding.UTF8.GetString(bytes, 0, size) : base64;
    }
}
