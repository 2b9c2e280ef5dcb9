namespace IntelMQ.Bots.Clients.Smtp;

/// <summary>Where a mail server is and how to speak to it.</summary>
sealed record SmtpOptions
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>TLS from the first byte on.</summary>
    public bool Tls { get; init; }

    /// <summary>TLS after the greeting.</summary>
    public bool StartTls { get; init; }

    public bool VerifyCertificate { get; init; } = true;

    public string? Username { get; init; }

    public string? Password { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    public bool HasLogin => !string.IsNullOrEmpty(Username) && !string.IsNullOrEmpty(Password);

    public string Place => $"{Host}:{Port}";

    /// <summary>As <see cref="Place"/>: what a record would print by itself holds the password.</summary>
    public override string ToString() => Place;
}
