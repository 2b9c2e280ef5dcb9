using System.Text;
using IntelMQ.Bots.Clients.Rt;

namespace IntelMQ.Bots.Outputs.Rt;

/// <summary>Opens a ticket of Request Tracker for each event, and on request an investigation with the contact of its network.</summary>
[Bot("intelmq.bots.outputs.rt.output")]
public sealed class RtOutput(RtOutputOptions options, IHttpClients clients) : Output
{
    const string Incidents = "Incidents";
    const string Investigations = "Investigations";

    readonly Field _description = Field.Named(options.DescriptionAttr);
    readonly (Field Field, string Name)[] _customFields = [.. options.CfMapping.Select(static pair => (Field.Named(pair.Key), pair.Value))];
    readonly Field[] _investigationFields = [.. options.InvestigationFields.Select(Field.Named)];
    readonly RtClient _rt = new(clients.Create(options.VerifyCert ? options : options with { HttpVerifyCert = false }), options.RtUri, options.RtUser, options.RtPassword);

    /// <inheritdoc />
    protected override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        var incident = await _rt.CreateAsync(IncidentOf(message), cancellationToken);
        // From here on there is a ticket: another attempt would make another one, so that what fails is only told.
        if (IsInvestigated(message)) await TryAsync(InvestigateAsync(message, incident, cancellationToken), $"The investigation for the ticket {incident}");
        if (options.FinalStatus.Length > 0) await TryAsync(_rt.SetStatusAsync(incident, options.FinalStatus, cancellationToken), $"The status of the ticket {incident}");
    }

    async Task TryAsync(Task work, string what)
    {
        try
        {
            await work;
        }
        catch (Exception e) when (e is TransientException or InvalidMessageException or InvalidOperationException or ConfigurationException or HttpRequestException)
        {
            Log.Error($"{what} is not made: {e.Message}");
        }
    }

    RtNewTicket IncidentOf(Message message)
    {
        var ticket = new RtNewTicket(options.Queue, SubjectOf(message));
        foreach (var (field, name) in _customFields)
            if (message.Get(field) is { IsNone: false } value)
                ticket.SetCustomField(name, PythonValues.ToText(value));
        ticket.Set("Text", TextOf(message, message.Items.Select(static item => item.Key)));
        return ticket;
    }

    static string SubjectOf(Message message) => "Incident notification" + (message.TryGet(Fields.Source.Ip, out var address) ? $", {address}" : "");

    string TextOf(Message message, IEnumerable<Field> fields)
    {
        var text = new StringBuilder();
        if (message.Get(_description) is { IsNone: false } description) text.Append(PythonValues.ToText(description)).Append("\n\n");
        foreach (var field in fields)
            if (message.Get(field) is { IsNone: false } value)
                text.Append(field.Name).Append(": ").Append(PythonValues.ToText(value)).Append('\n');
        return text.ToString();
    }

    bool IsInvestigated(Message message) =>
        options.CreateInvestigation && options.Queue == Incidents && message.Has(Fields.Source.AbuseContact) && message.Has(_description);

    async Task InvestigateAsync(Message message, string incident, CancellationToken cancellationToken)
    {
        var ticket = new RtNewTicket(Investigations, SubjectOf(message));
        ticket.Set("Requestor", message.Get(Fields.Source.AbuseContact).ToString());
        ticket.Set("Text", TextOf(message, _investigationFields));
        var investigation = await _rt.CreateAsync(ticket, cancellationToken);
        await _rt.LinkToAsync(investigation, incident, cancellationToken);
    }
}

/// <summary>Parameters of <see cref="RtOutput"/>.</summary>
public sealed record RtOutputOptions : HttpOptions, ICheckable
{
    const string DefaultMapping = """
        {"classification.taxonomy": "Classification", "classification.type": "Incident Type", "event_description.text": "Description", "extra.incident.importance": "Importance",
        "extra.incident.severity": "Incident Severity", "extra.organization.name": "Customer", "source.ip": "IP"}
        """;

    const string DefaultFields = "time.source,time.observation,source.ip,source.port,source.fqdn,source.url,classification.taxonomy,classification.type,classification.identifier,"
        + "event_description.url,event_description.text,malware.name,protocol.application,protocol.transport";

    /// <summary>The REST interface (1.0) of the server.</summary>
    public string RtUri { get; init; } = "http://localhost/REST/1.0";

    /// <summary>The user.</summary>
    public string RtUser { get; init; } = "apiuser";

    /// <summary>The user's password.</summary>
    [Parameter(Secret = true)]
    public required string RtPassword { get; init; }

    /// <summary>Whether the server's certificate is verified; in which way, <c>http_verify_cert</c> says.</summary>
    public bool VerifyCert { get; init; } = true;

    /// <summary>The queue of the tickets.</summary>
    public string Queue { get; init; } = "Incidents";

    /// <summary>Fields of events and the names of the custom fields that get their values.</summary>
    [Parameter(DefaultJson = DefaultMapping)]
    public IReadOnlyDictionary<string, string> CfMapping { get; init; } = JsonText.Parse(DefaultMapping).Map!.ToDictionary(static pair => pair.Key, static pair => (string)pair.Value!);

    /// <summary>The status that a ticket has in the end; empty leaves it as the server sets it.</summary>
    public string FinalStatus { get; init; } = "resolved";

    /// <summary>Opens a second ticket, in the queue Investigations and with <c>source.abuse_contact</c> as requestor, for events in the queue Incidents that have a contact and a description.</summary>
    public bool CreateInvestigation { get; init; }

    /// <summary>The field with the description.</summary>
    public string DescriptionAttr { get; init; } = "event_description.text";

    /// <summary>The fields that an investigation lists.</summary>
    [Parameter(DefaultJson = "\"" + DefaultFields + "\"")]
    public IReadOnlyList<string> InvestigationFields { get; init; } = DefaultFields.Split(',');

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!Uri.TryCreate(RtUri, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            yield return new(BotLogLevel.Error, $"rt_uri is '{RtUri}'; expected a URL with http:// or https://.", "rt_uri");
        if (DescriptionAttr.Length == 0) yield return new(BotLogLevel.Error, "description_attr is empty; expected the name of a field.", "description_attr");
    }
}
