namespace IntelMQ.Bots.Outputs.SmtpBatch;

/// <summary>Who gets the mails of a contact: others, where the file <c>alternative_mails</c> names them.</summary>
sealed class Recipients
{
    readonly Dictionary<string, string[]> _others = new(StringComparer.Ordinal);

    /// <summary>Reads the file, if there is one.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, or a line has not two columns.</exception>
    public static Recipients Read(string? path)
    {
        var recipients = new Recipients();
        if (string.IsNullOrEmpty(path)) return recipients;
        try
        {
            foreach (var row in RowFormat.Csv(new CsvFormatOptions()).Read(System.IO.File.ReadAllBytes(path))) recipients.Add(path, [.. row.Value ?? []]);
            return recipients;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"alternative_mails: the file '{path}' cannot be read: {e.Message}", e);
        }
    }

    void Add(string path, string[] cells)
    {
        if (cells.Length != 2) throw new ConfigurationException($"alternative_mails: a line of '{path}' is '{string.Join(',', cells)}'; expected a contact, a comma and its recipients.");
        _others[cells[0]] = cells[1].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    public bool HasOther(string contact) => _others.ContainsKey(contact);

    public IReadOnlyList<string> Of(string contact) => _others.GetValueOrDefault(contact) ?? contact.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
