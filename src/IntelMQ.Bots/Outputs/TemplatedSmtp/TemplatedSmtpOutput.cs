using IntelMQ.Bots.Clients.Jinja;
using IntelMQ.Bots.Clients.Smtp;

namespace IntelMQ.Bots.Outputs.TemplatedSmtp;

/// <summary>Sends a mail for each event, whose parts are templates.</summary>
[Bot("intelmq.bots.outputs.templated_smtp.output")]
public sealed class TemplatedSmtpOutput(TemplatedSmtpOutputOptions options) : Output
{
    static readonly Function FromJson = new("from_json", static arguments => Parsed(arguments.Text(0, "value")));

    readonly SmtpOptions _server = options.Server(options.Starttls, options.VerifyCert, options.Username, options.Password);

    MailTemplates? _templates;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _templates = MailTemplates.Read(options, out var problems);
        if (problems.Count > 0) throw new ConfigurationException(string.Join('\n', problems.Select(static problem => problem.Message)));
        foreach (var problem in MailTemplates.IncompleteAttachments(options)) Log.Error(problem);
        return default;
    }

    /// <summary>What is no JSON stays the text that it is, so that a template can show it.</summary>
    static object? Parsed(string text) => JsonText.TryParse(text, out var value) ? Values.Wrap(value) : text;

    /// <inheritdoc />
    protected override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        OutgoingMail mail;
        try
        {
            mail = Compose(message);
        }
        catch (JinjaException e)
        {
            throw new InvalidMessageException($"A template cannot be filled in with this message: {e.Message}", e);
        }

        await SmtpSession.SendAsync(_server, mail, cancellationToken);
    }

    OutgoingMail Compose(Message message)
    {
        var (from, recipients) = (Render(_templates!.From, message), Render(_templates.To, message).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        var mail = new OutgoingMail
        {
            Sender = from,
            Recipients = recipients,
            Date = Context.Time.GetUtcNow(),
            Headers = [new("Subject", Render(_templates.Subject, message)), new("From", from), new("To", string.Join(", ", recipients))],
        };
        var body = Render(_templates.Body, message);
        mail.Add(new MailPart("text/plain", body.EndsWith('\n') ? body : body + "\n"));
        foreach (var (type, text, name) in _templates.Attachments) mail.Add(new MailPart(Render(type, message), Render(text, message), Render(name, message)));
        return mail;
    }

    static string Render(JinjaTemplate template, Message message) => template.Render(("event", message), ("from_json", FromJson));
}

/// <summary>Parameters of <see cref="TemplatedSmtpOutput"/>.</summary>
public sealed record TemplatedSmtpOutputOptions : SmtpServerOptions, ICheckable
{
    /// <summary>Prints every field but <c>raw</c>.</summary>
    const string DefaultBody = "{%- for field in event %}\n    {%- if field != 'raw' %}\n{{ field }}: {{ event[field] }}\n    {%- endif %}\n{%- endfor %}\n";

    /// <summary>Encrypts after the greeting.</summary>
    public bool Starttls { get; init; }

    /// <summary>User name; there is a login if there is one.</summary>
    public string? Username { get; init; }

    /// <summary>Password.</summary>
    [Parameter(Secret = true)]
    public string? Password { get; init; }

    /// <summary>Whether the server's certificate is verified.</summary>
    public bool VerifyCert { get; init; } = true;

    /// <summary>Files: a list of maps with <c>content-type</c>, <c>text</c> and <c>name</c>, each a template.</summary>
    [Parameter(DefaultJson = "[]")]
    public FieldValue Attachments { get; init; } = FieldValue.From(Array.Empty<object?>());

    /// <summary>Template of the sender.</summary>
    public required string MailFrom { get; init; }

    /// <summary>Template of the recipients, with commas between.</summary>
    public required string MailTo { get; init; }

    /// <summary>Template of the subject.</summary>
    public string Subject { get; init; } = "IntelMQ event";

    /// <summary>Template of the text.</summary>
    public string Body { get; init; } = DefaultBody;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        MailTemplates.Read(this, out var problems);
        if (string.IsNullOrEmpty(Username) != string.IsNullOrEmpty(Password)) problems.Add(new(BotLogLevel.Error, "Only one of username and password is given; expected both or none.", "username"));
        return problems;
    }
}
