using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using IntelMQ.Bots.Clients.Rt;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Collectors.Rt;

/// <summary>Takes attachments of tickets of Request Tracker, or downloads what the first message of a ticket names.</summary>
/// <remarks>When the reports of a ticket are safe, it is taken and its status is set, so that the next run does not find it.</remarks>
[Bot("intelmq.bots.collectors.rt.collector_rt")]
public sealed class RtCollector(RtCollectorOptions options, IHttpClients clients) : Collector
{
    static readonly Field FileName = Field.Named("extra.file_name");
    static readonly (Field Field, string Name)[] OfTicket =
    [
        (Field.Named("extra.email_subject"), "Subject"), (Field.Named("extra.ticket_subject"), "Subject"),
        (Field.Named("extra.email_from"), "Requestors"), (Field.Named("extra.ticket_requestors"), "Requestors"),
        (Field.Named("extra.ticket_queue"), "Queue"), (Field.Named("extra.ticket_status"), "Status"), (Field.Named("extra.ticket_owner"), "Owner"),
    ];

    readonly HttpClient _downloads = clients.Create(options);

    // The server of the tickets has credentials of its own.
    readonly RtClient _rt = new(clients.Create(options with { HttpUsername = null, HttpPassword = null }), options.Uri, options.User, options.Password);

    Regex? _attachment;
    Regex? _url;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(options.AttachmentRegex)) _attachment = PythonRegex.Compile(options.AttachmentRegex);
        if (!string.IsNullOrEmpty(options.UrlRegex)) _url = PythonRegex.Compile(options.UrlRegex);
        return default;
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tickets = await _rt.SearchAsync(TicketQuery.Of(options, Context.Time.GetLocalNow()), cancellationToken);
        Log.Info($"{tickets.Count} tickets are to be read.");
        foreach (var ticket in tickets)
        {
            var find = await FindAsync(ticket, cancellationToken);
            foreach (var (name, data) in find.Files)
                yield return await NewReportAsync(ticket, find, name, data, cancellationToken);
            if (find.IsDone) await CloseAsync(ticket.Id, cancellationToken);
        }
    }

    /// <summary>What a ticket has for us.</summary>
    /// <param name="Files">The files, with their names.</param>
    /// <param name="Created">When the attachment or message came, as the server says it.</param>
    /// <param name="IsDone">Whether the ticket is not to be found again.</param>
    sealed record Find(IReadOnlyList<ArchiveMember> Files, string? Created, bool IsDone)
    {
        public static Find Nothing { get; } = new([], null, IsDone: false);
    }

    async Task<Find> FindAsync(RtTicket ticket, CancellationToken cancellationToken)
    {
        try
        {
            if (_attachment is not null && await _rt.FindAttachmentAsync(ticket.Id, _attachment, cancellationToken) is { } attachment) return await ReadAttachmentAsync(ticket.Id, attachment, cancellationToken);
            if (_url is not null && await _rt.FirstMessageAsync(ticket.Id, cancellationToken) is { } message && _url.Match(message.Get("Content") ?? "") is { Success: true } match)
                return await DownloadAsync(ticket.Id, match.Value, message.Get("Created"), cancellationToken);
            Log.Info($"The ticket {ticket.Id} has neither an attachment nor a URL of interest.");
        }
        catch (InvalidDataException e)
        {
            Log.Error($"What the ticket {ticket.Id} has cannot be unpacked, the ticket is left as it is: {e.Message}");
        }

        return Find.Nothing;
    }

    async Task<Find> ReadAttachmentAsync(string ticket, RtAttachment attachment, CancellationToken cancellationToken)
    {
        var content = await _rt.AttachmentContentAsync(ticket, attachment.Id, cancellationToken);
        var created = await _rt.AttachmentCreatedAsync(ticket, attachment.Id, cancellationToken);
        var name = attachment.Name.EndsWith(".gz", StringComparison.Ordinal) ? attachment.Name[..^3] : attachment.Name;
        return new Find(Unpack(content, options.ExtractAttachment, name), created, IsDone: true);
    }

    async Task<Find> DownloadAsync(string ticket, string url, string? created, CancellationToken cancellationToken)
    {
        Log.Info($"Downloading '{url}'.");
        try
        {
            var answer = await _downloads.GetAnswerAsync(url, cancellationToken);
            if (answer.IsSuccess) return new Find(Unpack(answer.Content, options.ExtractDownload, answer.FileName), created, IsDone: true);
            Log.Error($"The server answered '{url}', which the ticket {ticket} names, with the status {answer.Status} {answer.Reason}.");
            // What is gone will not come back, so the ticket is not tried again; there is nothing to report of it.
            return Find.Nothing with { IsDone = answer.Status is >= 400 and < 500 };
        }
        catch (Exception e) when (e is TransientException or ConfigurationException)
        {
            Log.Error($"What the ticket {ticket} names cannot be downloaded and is tried again in the next run: {e.Message}");
            return Find.Nothing;
        }
    }

    static IReadOnlyList<ArchiveMember> Unpack(byte[] content, FieldValue extract, string name) =>
        [.. ArchiveSelection.From(extract).Extract(content).Select(member => member with { Name = member.Name ?? name })];

    async Task<Report> NewReportAsync(RtTicket ticket, Find find, string? name, byte[] data, CancellationToken cancellationToken)
    {
        var report = NewReport(data);
        report.Add(RtirId, long.Parse(ticket.Id, CultureInfo.InvariantCulture));
        if (!string.IsNullOrEmpty(find.Created)) report.Set(TimeObservation, find.Created + " UTC");
        var source = ticket.Record.Has("Subject") ? ticket.Record : await _rt.TicketAsync(ticket.Id, cancellationToken);
        // Long lists go on in further lines.
        foreach (var (field, key) in OfTicket) report.TryAdd(field, source.Get(key)?.Replace(",\n", ",", StringComparison.Ordinal));
        report.TryAdd(FileName, name);
        return report;
    }

    async Task CloseAsync(string ticket, CancellationToken cancellationToken)
    {
        if (options.TakeTicket && await _rt.TryTakeAsync(ticket, cancellationToken) is { } refusal) Log.Error($"The ticket {ticket} could not be taken: {refusal}");
        if (!string.IsNullOrEmpty(options.SetStatus)) await _rt.SetStatusAsync(ticket, options.SetStatus, cancellationToken);
    }
}
