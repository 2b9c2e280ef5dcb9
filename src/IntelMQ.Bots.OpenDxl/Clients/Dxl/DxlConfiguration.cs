using System.Globalization;

namespace IntelMQ.Bots.Clients.Dxl;

/// <summary>A broker of the fabric.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Port">Its port.</param>
/// <param name="Address">Where it is when the name does not lead there; may be empty.</param>
sealed record DxlBroker(string Host, int Port, string Address);

/// <summary>What the configuration file of an OpenDXL client says.</summary>
sealed record DxlConfiguration
{
    public required IReadOnlyList<DxlBroker> Brokers { get; init; }

    /// <summary>PEM file with the authorities of the brokers' certificates.</summary>
    public required string Authorities { get; init; }

    /// <summary>PEM files with certificate and key of the client.</summary>
    public required string Certificate { get; init; }

    public required string PrivateKey { get; init; }

    public string ClientId { get; init; } = $"{{{Guid.NewGuid()}}}";

    /// <summary>What is wrong with a file, for <see cref="ICheckable"/>.</summary>
    public static IEnumerable<CheckResult> Check(string path)
    {
        _ = TryRead(path, out var problems);
        return problems.Select(static problem => new CheckResult(BotLogLevel.Error, $"dxl_config_file: {problem}", "dxl_config_file"));
    }

    /// <exception cref="ConfigurationException">The file cannot be read or lacks something; all problems are told.</exception>
    public static DxlConfiguration Read(string path) =>
        TryRead(path, out var problems) ?? throw new ConfigurationException(string.Join('\n', problems.Select(static problem => $"dxl_config_file: {problem}")));

    static DxlConfiguration? TryRead(string path, out List<string> problems)
    {
        problems = [];
        string[] lines;
        try
        {
            lines = System.IO.File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add($"the file '{path}' cannot be read: {e.Message}");
            return null;
        }

        var settings = Settings(lines, path, problems);
        var certificates = settings.GetValueOrDefault("Certs") ?? [];
        string[] files = [.. new[] { "BrokerCertChain", "CertFile", "PrivateKey" }.Select(name => CertificateFile(path, name, certificates))];
        problems.AddRange(files.Where(static file => file.Contains(": ", StringComparison.Ordinal)));
        var brokers = (settings.GetValueOrDefault("Brokers") ?? []).Select(static pair => Broker(pair.Value)).ToList();
        if (brokers.Count == 0 || brokers.Contains(null)) problems.Add($"{path}, section Brokers: expected lines such as 'id=id;8883;broker.example.com;192.0.2.1'.");
        if (problems.Count > 0) return null;
        var read = new DxlConfiguration { Brokers = brokers!, Authorities = files[0], Certificate = files[1], PrivateKey = files[2] };
        return settings.GetValueOrDefault("General")?.GetValueOrDefault("ClientId") is { Length: > 0 } id ? read with { ClientId = id } : read;
    }

    static Dictionary<string, Dictionary<string, string>> Settings(string[] lines, string path, List<string> problems)
    {
        var sections = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        Dictionary<string, string>? section = null;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] is '#' or ';') continue;
            if (line is ['[', .. var name, ']']) sections[name.Trim()] = section = new(StringComparer.Ordinal);
            else if (section is not null && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals) section[line[..equals].Trim()] = line[(equals + 1)..].Trim().Trim('"', '\'');
            else problems.Add($"{path}, line {i + 1}: '{line}'; expected '[section]' or 'name=value' below one.");
        }

        return sections;
    }

    /// <summary>The path of a file, or what is wrong with it (a text with a colon and a blank).</summary>
    static string CertificateFile(string path, string name, Dictionary<string, string> certificates)
    {
        if (!certificates.TryGetValue(name, out var value) || value.Length == 0) return $"{path}, section Certs: {name} is missing.";
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, value);
        return System.IO.File.Exists(value) ? value : System.IO.File.Exists(beside) ? beside : $"{path}, section Certs: there is no file '{value}' ({name}).";
    }

    // "id;port;name;address", where id and address may be missing.
    static DxlBroker? Broker(string line)
    {
        List<string> parts = [.. line.Split(';', StringSplitOptions.TrimEntries)];
        if (parts.Count > 0 && !IsPort(parts[0], out _)) parts.RemoveAt(0);
        return parts.Count >= 2 && IsPort(parts[0], out var port) && parts[1].Length > 0 ? new DxlBroker(parts[1].Trim('[', ']'), port, parts.Count > 2 ? parts[2].Trim('[', ']') : "") : null;
    }

    static bool IsPort(string text, out int port) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;
}
