namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>Parameters that the mail collectors share. <c>http_verify_cert</c> and <c>http_timeout_sec</c> are about the mail server too.</summary>
public abstract record MailCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>The mail server, which speaks IMAP.</summary>
    public required string MailHost { get; init; }

    /// <summary>The port; without it 993 with TLS, 143 without.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 65535)]
    public int? MailPort { get; init; }

    /// <summary>The user.</summary>
    public required string MailUser { get; init; }

    /// <summary>The user's password.</summary>
    [Parameter(Secret = true)]
    public required string MailPassword { get; init; }

    /// <summary>Encrypts from the beginning.</summary>
    public bool MailSsl { get; init; } = true;

    /// <summary>Encrypts after the beginning, where <c>mail_ssl</c> is false.</summary>
    public bool MailStarttls { get; init; }

    /// <summary>A file with the certificate authorities to trust.</summary>
    public string? SslCaCertificate { get; init; }

    /// <summary>The folder.</summary>
    public string Folder { get; init; } = "INBOX";

    /// <summary>Only mails in whose subject this regular expression is found.</summary>
    public string? SubjectRegex { get; init; }

    /// <summary>Only mails whose sender contains this; the server searches.</summary>
    public string? SentFrom { get; init; }

    /// <summary>Only mails whose recipient contains this; the server searches.</summary>
    public string? SentTo { get; init; }

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(60);

    internal int PortInUse => MailPort ?? (MailSsl ? 993 : 143);

    /// <inheritdoc />
    public virtual IEnumerable<CheckResult> Check()
    {
        if (RegexProblem.Of(SubjectRegex) is { } problem) yield return new(BotLogLevel.Error, $"subject_regex: {problem}", "subject_regex");
        if (!string.IsNullOrEmpty(SslCaCertificate) && !System.IO.File.Exists(SslCaCertificate))
            yield return new(BotLogLevel.Error, $"ssl_ca_certificate: the file '{SslCaCertificate}' does not exist.", "ssl_ca_certificate");
    }
}
