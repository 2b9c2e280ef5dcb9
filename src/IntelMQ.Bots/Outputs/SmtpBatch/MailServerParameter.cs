using IntelMQ.Bots.Clients.Smtp;

namespace IntelMQ.Bots.Outputs.SmtpBatch;

/// <summary>Reads the parameter <c>smtp_server</c>, which has three forms.</summary>
static class MailServerParameter
{
    const int PlainPort = 25, StartTlsPort = 587, TlsPort = 465;

    static readonly string[] Names = ["host", "port", "user", "password"];
    static readonly string[] Securities = ["starttls", "tls"];

    public static string? ProblemOf(FieldValue parameter)
    {
        if (PartsOf(parameter) is not { } parts || parts.GetValueOrDefault("host") is not string { Length: > 0 })
            return "smtp_server: expected a host, a list of host, port, user and password, or an object with these names.";
        if (parts.GetValueOrDefault("port") is not (null or (>= 1L and <= 65535L)))
            return $"smtp_server: the port is '{FieldValue.From(parts["port"])}'; expected a number from 1 to 65535.";
        return parts.GetValueOrDefault("security") is { } security && !Securities.Contains(security)
            ? $"smtp_server: security is '{FieldValue.From(security)}'; expected {string.Join(" or ", Securities)}."
            : null;
    }

    /// <summary>The server that a parameter without a problem names.</summary>
    public static SmtpOptions Read(FieldValue parameter)
    {
        var parts = PartsOf(parameter)!;
        var port = (int)(parts.GetValueOrDefault("port") as long? ?? PlainPort);
        var security = parts.GetValueOrDefault("security") as string;
        return new()
        {
            Host = (string)parts["host"]!,
            Port = port,
            Tls = security is null ? port == TlsPort : security == "tls",
            StartTls = security is null ? port == StartTlsPort : security == "starttls",
            Username = parts.GetValueOrDefault("user") as string,
            Password = parts.GetValueOrDefault("password") as string,
        };
    }

    static IReadOnlyDictionary<string, object?>? PartsOf(FieldValue parameter) => parameter switch
    {
        { Map: { } map } => map,
        { List: { } list } when list.Count <= Names.Length => list.Select(static (part, i) => KeyValuePair.Create(Names[i], part)).ToDictionary(),
        { Text: { } host } => new Dictionary<string, object?> { ["host"] = host },
        _ => null,
    };
}
