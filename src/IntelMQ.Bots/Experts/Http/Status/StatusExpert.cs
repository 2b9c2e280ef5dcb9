namespace IntelMQ.Bots.Experts.Http.Status;

/// <summary>Asks for the page that an event names and adds whether it is online.</summary>
[Bot("intelmq.bots.experts.http.expert_status")]
public sealed class StatusExpert(StatusExpertOptions options, IHttpClients clients) : Enricher
{
    readonly HttpClient _client = clients.Create(options);
    readonly Field _field = Field.Named(options.Field);
    readonly HashSet<long> _success = [.. options.Codes];

    HttpProbe Probe => field ??= new(_client, options.Overwrite);

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken) =>
        e.Get(_field).Text is { } url ? Probe.ProbeAsync(e, url, hasBody: false, (response, _) => Task.FromResult(Judge(response)), cancellationToken) : default;

    string? Judge(HttpResponseMessage response) =>
        (int)response.StatusCode < 400 || _success.Contains((int)response.StatusCode) ? null : HttpProbe.ReasonOf(response);
}

/// <summary>Parameters of <see cref="StatusExpert"/>.</summary>
public sealed record StatusExpertOptions : HttpOptions, ICheckable
{
    /// <summary>The field with the URL.</summary>
    public string Field { get; init; } = "source.url";

    /// <summary>Codes from 400 on that count as online too, as numbers in a list.</summary>
    [Parameter(DefaultJson = "[]")]
    public FieldValue SuccessStatusCodes { get; init; } = FieldValue.None;

    /// <summary>Replaces a status that the event already has.</summary>
    public bool Overwrite { get; init; } = true;

    internal IEnumerable<long> Codes => Items.Where(item => item.TryGetInteger(out _)).Select(item => item.TryGetInteger(out var code) ? code : 0);

    IEnumerable<FieldValue> Items => SuccessStatusCodes.List is { } list ? list.Select(FieldValue.From) : SuccessStatusCodes.IsFalsy ? [] : [SuccessStatusCodes];

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        foreach (var item in Items)
            if (!item.TryGetInteger(out var code) || code is < 100 or > 599)
                yield return new(BotLogLevel.Error, $"success_status_codes has {JsonText.Write(item)}; expected numbers from 100 to 599 in a list.", "success_status_codes");
    }
}
