namespace IntelMQ.Bots.Clients.Smtp;

/// <summary>Parameters of every bot that hands mails over to a server.</summary>
public abstract record SmtpServerOptions : BotOptions
{
    /// <summary>Host name or address of the mail server.</summary>
    public string SmtpHost { get; init; } = "localhost";

    /// <summary>Port of the mail server.</summary>
    public int SmtpPort { get; init; } = 25;

    /// <summary>Encrypts from the first byte on, as on port 465.</summary>
    public bool Ssl { get; init; }

    /// <summary>The server, with what has another name or default in each bot.</summary>
    internal SmtpOptions Server(bool startTls, bool verifyCertificate, string? username, string? password) => new()
    {
        Host = SmtpHost.Length > 0 ? SmtpHost : "localhost",
        Port = SmtpPort,
        Tls = Ssl,
        StartTls = startTls,
        VerifyCertificate = verifyCertificate,
        Username = username,
        Password = password,
    };
}
