namespace IntelMQ.Bots.Collectors.Rt;

/// <summary>Parameters of <see cref="RtCollector"/>; the HTTP credentials are for what tickets name, not for the server of the tickets.</summary>
public sealed record RtCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>The REST interface (1.0) of the server.</summary>
    public string Uri { get; init; } = "http://localhost/rt/REST/1.0";

    /// <summary>The user.</summary>
    public string User { get; init; } = "intelmq";

    /// <summary>The user's password.</summary>
    [Parameter(Secret = true, DefaultJson = "\"password\"")]
    public string Password { get; init; } = "password";

    /// <summary>Who owns the tickets; one or a list, all of which must hold.</summary>
    [Parameter(DefaultJson = "\"nobody\"")]
    public FieldValue SearchOwner { get; init; } = "nobody";

    /// <summary>The queue of the tickets.</summary>
    [Parameter(DefaultJson = "\"Incident Reports\"")]
    public FieldValue SearchQueue { get; init; } = "Incident Reports";

    /// <summary>Who has asked.</summary>
    public FieldValue SearchRequestor { get; init; }

    /// <summary>The status of the tickets.</summary>
    [Parameter(DefaultJson = "\"new\"")]
    public FieldValue SearchStatus { get; init; } = "new";

    /// <summary>What their subjects contain.</summary>
    [Parameter(DefaultJson = "\"Report\"")]
    public FieldValue SearchSubjectLike { get; init; } = "Report";

    /// <summary>What their subjects do not contain.</summary>
    public FieldValue SearchSubjectNotLike { get; init; }

    /// <summary>How old tickets may be: a span such as <c>3 days</c>, or a point in time.</summary>
    public string? SearchNotOlderThan { get; init; }

    /// <summary>A regular expression for the name of the attachment to take; empty looks for none.</summary>
    public string AttachmentRegex { get; init; } = @"\.csv\.zip$";

    /// <summary>A regular expression for the URL to download where no attachment is found; empty looks for none.</summary>
    public string UrlRegex { get; init; } = "https://dl.shadowserver.org/[a-zA-Z0-9?_-]*";

    /// <summary>Unpacks attachments: <c>true</c> takes all files, a list (or a text with commas) only these.</summary>
    [Parameter(DefaultJson = "true")]
    public FieldValue ExtractAttachment { get; init; } = true;

    /// <summary>Unpacks downloads, as <c>extract_attachment</c>.</summary>
    [Parameter(DefaultJson = "true")]
    public FieldValue ExtractDownload { get; init; } = true;

    /// <summary>Makes the user the owner of a ticket when its reports are safe.</summary>
    public bool TakeTicket { get; init; } = true;

    /// <summary>The status that a ticket gets when its reports are safe; empty leaves it.</summary>
    public string SetStatus { get; init; } = "open";

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(3600);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (UrlProblem("uri", Uri) is { } wrong) yield return wrong;
        if (RegexProblem.Of(AttachmentRegex) is { } attachment) yield return new(BotLogLevel.Error, $"attachment_regex: {attachment}", "attachment_regex");
        if (RegexProblem.Of(UrlRegex) is { } url) yield return new(BotLogLevel.Error, $"url_regex: {url}", "url_regex");
        if (PointInTime.ProblemOf(SearchNotOlderThan) is { } problem) yield return new(BotLogLevel.Error, $"search_not_older_than: {problem}", "search_not_older_than");
        if (!TakeTicket && string.IsNullOrEmpty(SetStatus)) yield return new(BotLogLevel.Warning, "take_ticket is false and set_status is empty: the same tickets are found in each run.", "set_status");
    }
}
