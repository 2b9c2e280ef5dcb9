using IntelMQ.Bots.Clients.Smtp;

namespace IntelMQ.Bots.Outputs.Smtp;

/// <summary>Sends a mail for each event, with its fields as a CSV file.</summary>
[Bot("intelmq.bots.outputs.smtp.output")]
public sealed class SmtpOutput : Output
{
    static readonly CsvDialect Dialect = new() { Delimiter = ';' };

    readonly SmtpOptions _server;
    readonly Field[] _columns;
    readonly MessageTemplate _from;
    readonly MessageTemplate _to;
    readonly MessageTemplate _subject;
    readonly MessageTemplate? _text;

    /// <summary>An output with these options.</summary>
    public SmtpOutput(SmtpOutputOptions options)
    {
        _server = options.Server(options.Starttls, options.HttpVerifyCert, options.SmtpUsername, options.SmtpPassword);
        _columns = [.. (options.Fieldnames ?? []).Where(static name => name.Length > 0).Select(Field.Named)];
        _from = MessageTemplate.Parse(options.MailFrom, "ev");
        _to = MessageTemplate.Parse(options.MailTo, "ev");
        _subject = MessageTemplate.Parse(options.Subject, "ev");
        _text = options.Text is null ? null : MessageTemplate.Parse(options.Text, "ev");
    }

    /// <inheritdoc />
    protected override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        var from = _from.Fill(message);
        var to = _to.Fill(message);
        var mail = new OutgoingMail
        {
            Sender = from,
            Recipients = to.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Date = Context.Time.GetUtcNow(),
            Headers = [new("Subject", _subject.Fill(message)), new("From", from), new("To", to)],
        };
        if (_text is not null) mail.Add(new MailPart("text/plain", _text.Fill(message)));
        if (_columns.Length > 0) mail.Add(new MailPart("text/csv", Table(message), "events.csv"));
        await SmtpSession.SendAsync(_server, mail, cancellationToken);
    }

    string Table(Message message) =>
        CsvText.Row(_columns.Select(static column => column.Name), Dialect, "\n")
        + CsvText.Row(_columns.Select(column => message.Get(column) is { IsNone: false } value ? PythonValues.ToText(value) : ""), Dialect, "\n");
}

/// <summary>Parameters of <see cref="SmtpOutput"/>.</summary>
public sealed record SmtpOutputOptions : SmtpServerOptions, ICheckable
{
    /// <summary>User name; there is a login if a password is given too.</summary>
    public string? SmtpUsername { get; init; }

    /// <summary>Password.</summary>
    [Parameter(Secret = true)]
    public string? SmtpPassword { get; init; }

    /// <summary>Encrypts after the greeting.</summary>
    public bool Starttls { get; init; } = true;

    /// <summary>Whether the server's certificate is verified.</summary>
    public bool HttpVerifyCert { get; init; } = true;

    /// <summary>The sender; <c>{ev[…]}</c> is replaced by that field.</summary>
    public string MailFrom { get; init; } = "cert@localhost";

    /// <summary>The recipients with commas between; <c>{ev[source.abuse_contact]}</c> is replaced by that field.</summary>
    public string MailTo { get; init; } = "{ev[source.abuse_contact]}";

    /// <summary>The subject.</summary>
    public string Subject { get; init; } = "Incident in your AS {ev[source.asn]}";

    /// <summary>The text of the mail; none if null.</summary>
    public string? Text { get; init; }

    /// <summary>Fields for the CSV file; no file if empty.</summary>
    [Parameter(DefaultJson = "\"classification.taxonomy,classification.type,classification.identifier,source.ip,source.asn,source.port\"")]
    public IReadOnlyList<string>? Fieldnames { get; init; } = ["classification.taxonomy", "classification.type", "classification.identifier", "source.ip", "source.asn", "source.port"];

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() =>
        from pair in new (string Name, string? Text)[] { ("mail_from", MailFrom), ("mail_to", MailTo), ("subject", Subject), ("text", Text) }
        let problem = pair.Text is null ? null : MessageTemplate.ProblemOf(pair.Text, "ev")
        where problem is not null
        select new CheckResult(BotLogLevel.Error, $"{pair.Name}: {problem}", pair.Name);
}
