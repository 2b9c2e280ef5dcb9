using System.ComponentModel.DataAnnotations;

namespace IntelMQ.Bots.Outputs.SmtpBatch;

/// <summary>Parameters of <see cref="SmtpBatchOutput"/>. Those of the mails matter only when they are sent.</summary>
public sealed record SmtpBatchOutputOptions : BotOptions, ICheckable
{
    const string DefaultNames = """
        {"time.source": "time_detected", "source.ip": "ip", "classification.taxonomy": "class", "classification.type": "type", "time.observation": "time_delivered",
        "source.geolocation.cc": "country_code", "source.asn": "asn", "event_description.text": "description", "malware.name": "malware",
        "feed.name": "feed_name", "feed.url": "feed_url", "raw": "raw"}
        """;

    const string DefaultFields = "time.source,source.ip,classification.taxonomy,classification.type,time.observation,source.geolocation.cc,source.asn,event_description.text,malware.name,feed.name,feed.url,raw";

    /// <summary>The Redis server that has the lists: host name or address, or the path of its Unix socket; 127.0.0.1 if empty.</summary>
    public string RedisCacheHost { get; init; } = "";

    /// <summary>Its port; 6379 if 0.</summary>
    [Range(0, 65535)]
    public int RedisCachePort { get; init; }

    /// <summary>Number of the database.</summary>
    public int RedisCacheDb { get; init; } = 15;

    /// <summary>Password of the server, if it wants one.</summary>
    [Parameter(Secret = true)]
    public string? RedisCachePassword { get; init; }

    /// <summary>Without effect, as ever: events stay until they are sent.</summary>
    public int RedisCacheTtl { get; init; } = 1_728_000;

    /// <summary>The file with the text of the mails.</summary>
    public string MailTemplate { get; init; } = "";

    /// <summary>The subject, with places for the time such as <c>%Y-%m-%d</c>; the contact is added.</summary>
    public string Subject { get; init; } = "IntelMQ warning (%Y-%m-%d)";

    /// <summary>The name of the file in the mail without <c>.zip</c>, with places for the time.</summary>
    public string AttachmentName { get; init; } = "intelmq_%Y-%m-%d";

    /// <summary>The sender.</summary>
    public string EmailFrom { get; init; } = "";

    /// <summary>Who gets each mail too, without being named in it.</summary>
    public IReadOnlyList<string>? Bcc { get; init; }

    /// <summary>A CSV file with lines <c>contact,recipient</c>: who gets the mails of a contact in its stead; several recipients have <c>;</c> between.</summary>
    public string? AlternativeMails { get; init; }

    /// <summary>Who gets mails that are sent to try them out.</summary>
    public string? TestingTo { get; init; }

    /// <summary>The mail server: its host, a list of host, port, user and password, or an object with these names and <c>security</c> (<c>starttls</c> or <c>tls</c>, by default as the port says).</summary>
    [Parameter(Secret = true, DefaultJson = "\"localhost\"")]
    public FieldValue SmtpServer { get; init; } = "localhost";

    /// <summary>The fingerprint of the key that signs the mails, in the key ring of the user; empty signs none.</summary>
    public string? GpgKey { get; init; }

    /// <summary>What unlocks the key.</summary>
    [Parameter(Secret = true)]
    public string? GpgPass { get; init; }

    /// <summary>Events that were observed more days ago are left out of the mails; 0 leaves none out.</summary>
    [Range(0, int.MaxValue)]
    public int? IgnoreOlderThanDays { get; init; }

    /// <summary>How many mails are sent at most; 0 sends all.</summary>
    [Range(0, int.MaxValue)]
    public int? LimitResults { get; init; }

    /// <summary>The fields in the mails, in this order.</summary>
    [Parameter(DefaultJson = "\"" + DefaultFields + "\"")]
    public IReadOnlyList<string> AllowedFieldnames { get; init; } = DefaultFields.Split(',');

    /// <summary>Names of the columns for fields; others keep their name.</summary>
    [Parameter(DefaultJson = DefaultNames)]
    public IReadOnlyDictionary<string, string> FieldnamesTranslation { get; init; } = JsonText.Parse(DefaultNames).Map!.ToDictionary(static pair => pair.Key, static pair => (string)pair.Value!);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (MailServerParameter.ProblemOf(SmtpServer) is { } problem) yield return new(BotLogLevel.Error, problem, "smtp_server");
        if (AllowedFieldnames.Count == 0) yield return new(BotLogLevel.Error, "allowed_fieldnames is empty; expected names of fields.", "allowed_fieldnames");
        // Events are gathered without these; only sending needs them.
        if (EmailFrom.Length == 0) yield return new(BotLogLevel.Warning, "email_from is empty; expected the sender of the mails.", "email_from");
        if (!System.IO.File.Exists(MailTemplate)) yield return new(BotLogLevel.Warning, $"mail_template: the file '{MailTemplate}' does not exist.", "mail_template");
        if (!string.IsNullOrEmpty(AlternativeMails) && !System.IO.File.Exists(AlternativeMails)) yield return new(BotLogLevel.Warning, $"alternative_mails: the file '{AlternativeMails}' does not exist.", "alternative_mails");
    }
}
