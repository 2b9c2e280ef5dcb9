using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Clients.Rt;

/// <summary>A ticket that a search has found.</summary>
sealed record RtTicket(string Id, RtRecord Record);

/// <summary>An attachment of a ticket.</summary>
sealed record RtAttachment(string Id, string Name);

/// <summary>As much of the REST interface 1.0 of Request Tracker as the bots need. Each request carries the credentials, so there is no session to lose.</summary>
sealed partial class RtClient(HttpClient client, string uri, string user, string password)
{
    readonly string _uri = uri.TrimEnd('/');

    [GeneratedRegex(@"^RT/[^ ]+ (?<status>\d+) (?<reason>.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex StatusLine { get; }

    [GeneratedRegex(@"# Ticket (?<id>\d+) created\.", RegexOptions.CultureInvariant)]
    private static partial Regex Created { get; }

    [GeneratedRegex(@"(?<id>\d+): (?<name>.*?) \([^()]* / [^()]*\)(,|\s|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ListedAttachment { get; }

    /// <summary>The tickets, the oldest first.</summary>
    public async Task<IReadOnlyList<RtTicket>> SearchAsync(string query, CancellationToken cancellationToken)
    {
        var text = await AskTextAsync("search/ticket", cancellationToken, ("query", query), ("orderby", "+Created"), ("format", "l"));
        return [.. from record in RtRecord.ReadAll(text) where record.Has("id") select new RtTicket(IdOf(record), record)];
    }

    public async Task<RtRecord> TicketAsync(string id, CancellationToken cancellationToken) =>
        RtRecord.ReadAll(await AskTextAsync($"ticket/{id}/show", cancellationToken)).FirstOrDefault() ?? throw new InvalidDataException($"Request Tracker shows nothing of the ticket {id}.");

    /// <summary>The first attachment whose name has the expression in it.</summary>
    public async Task<RtAttachment?> FindAttachmentAsync(string ticket, Regex name, CancellationToken cancellationToken)
    {
        var record = RtRecord.ReadAll(await AskTextAsync($"ticket/{ticket}/attachments", cancellationToken)).FirstOrDefault();
        return (from Match match in ListedAttachment.Matches(record?.Get("Attachments") ?? "")
                let attachment = new RtAttachment(match.Groups["id"].Value, match.Groups["name"].Value)
                where attachment.Name != "(Unnamed)" && name.IsMatch(attachment.Name)
                select attachment).FirstOrDefault();
    }

    public async Task<string?> AttachmentCreatedAsync(string ticket, string attachment, CancellationToken cancellationToken) =>
        RtRecord.ReadAll(await AskTextAsync($"ticket/{ticket}/attachments/{attachment}", cancellationToken)).FirstOrDefault()?.Get("Created");

    /// <summary>The bytes of an attachment.</summary>
    public async Task<byte[]> AttachmentContentAsync(string ticket, string attachment, CancellationToken cancellationToken)
    {
        var answer = await AskAsync($"ticket/{ticket}/attachments/{attachment}/content", cancellationToken);
        // Behind the content stand three line ends that are not part of it.
        return answer.AsSpan().EndsWith("\n\n\n"u8) ? answer[..^3] : answer;
    }

    /// <summary>The entry with which the ticket began.</summary>
    public async Task<RtRecord?> FirstMessageAsync(string ticket, CancellationToken cancellationToken) =>
        RtRecord.ReadAll(await AskTextAsync($"ticket/{ticket}/history", cancellationToken, ("format", "l"))).FirstOrDefault(static entry => entry.Has("id"));

    /// <summary>Makes the user the owner.</summary>
    /// <returns>Null, or why the server refuses.</returns>
    public async Task<string?> TryTakeAsync(string ticket, CancellationToken cancellationToken)
    {
        var answer = await AskTextAsync($"ticket/{ticket}/take", cancellationToken, ("content", $"Ticket: {ticket}\nAction: take\n"));
        // The server also says so when the ticket is this user's already.
        return answer.Contains("Owner changed from", StringComparison.Ordinal) || answer.Contains("You already own", StringComparison.Ordinal) ? null : answer.Trim();
    }

    public async Task SetStatusAsync(string ticket, string status, CancellationToken cancellationToken)
    {
        var answer = await AskTextAsync($"ticket/{ticket}/edit", cancellationToken, ("content", $"Status: {status}\n"));
        if (!answer.Contains(string.Create(CultureInfo.InvariantCulture, $"Ticket {ticket} updated."), StringComparison.Ordinal) && answer.Contains("Could not", StringComparison.OrdinalIgnoreCase))
            throw new InvalidOperationException($"Request Tracker does not set the status of the ticket {ticket} to '{status}': {answer.Trim()}");
    }

    /// <summary>Makes a ticket.</summary>
    /// <returns>Its number.</returns>
    /// <exception cref="InvalidMessageException">The server does not take it.</exception>
    public async Task<string> CreateAsync(RtNewTicket ticket, CancellationToken cancellationToken)
    {
        var answer = await AskTextAsync("ticket/new", cancellationToken, ("content", ticket.ToText()));
        return Created.Match(answer) is { Success: true } match ? match.Groups["id"].Value : throw new InvalidMessageException($"Request Tracker has not made a ticket: {answer.Trim()}");
    }

    /// <summary>Makes a ticket a part of another one.</summary>
    public Task LinkToAsync(string ticket, string whole, CancellationToken cancellationToken) =>
        AskTextAsync($"ticket/{ticket}/links", cancellationToken, ("content", $"MemberOf: {whole}\n"));

    static string IdOf(RtRecord record)
    {
        var id = record.Get("id")!;
        return id[(id.LastIndexOf('/') + 1)..].Trim();
    }

    async Task<string> AskTextAsync(string path, CancellationToken cancellationToken, params (string Name, string Value)[] fields) =>
        Encoding.UTF8.GetString(await AskAsync(path, cancellationToken, fields));

    /// <summary>What stands behind the first line, which has a status of its own.</summary>
    async Task<byte[]> AskAsync(string path, CancellationToken cancellationToken, params (string Name, string Value)[] fields)
    {
        var form = fields.Prepend(("pass", password)).Prepend(("user", user)).Select(static field => KeyValuePair.Create(field.Item1, field.Item2));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_uri}/{path}") { Content = new FormUrlEncodedContent(form) };
        var content = (await client.AskAsync(request, cancellationToken)).Expect().Content;
        var end = content.AsSpan().IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(content, 0, Math.Max(end, 0)).TrimEnd('\r');
        if (StatusLine.Match(line) is not { Success: true } status) throw new HttpRequestException($"'{request.RequestUri}' is no REST interface of Request Tracker: it answered '{line}'.", null, System.Net.HttpStatusCode.OK);
        if (status.Groups["status"].Value == "401") throw new ConfigurationException($"Request Tracker refuses the user '{user}' or the password.");
        if (status.Groups["status"].Value != "200") throw new HttpRequestException($"Request Tracker answered '{path}' with {line}.", null, System.Net.HttpStatusCode.OK);
        var start = end + 1;
        if (start < content.Length && content[start] == '\n') start++;
        return content[start..];
    }
}
