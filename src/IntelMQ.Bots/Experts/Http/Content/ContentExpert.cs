namespace IntelMQ.Bots.Experts.Http.Content;

/// <summary>Asks for the page that an event names and adds whether it is online and has a text in it.</summary>
[Bot("intelmq.bots.experts.http.expert_content")]
public sealed class ContentExpert(ContentExpertOptions options, IHttpClients clients) : Enricher
{
    readonly HttpClient _client = clients.Create(options);
    readonly Field _field = Field.Named(options.Field);

    HttpProbe Probe => field ??= new(_client, options.Overwrite);

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken) =>
        options.Needle is { Length: > 0 } needle && e.Get(_field).Text is { } url
            ? Probe.ProbeAsync(e, url, hasBody: true, (response, token) => JudgeAsync(response, needle, url, token), cancellationToken)
            : default;

    static async Task<string?> JudgeAsync(HttpResponseMessage response, string needle, string url, CancellationToken cancellationToken)
    {
        if ((int)response.StatusCode >= 400) return HttpProbe.ReasonOf(response);
        var text = TextOf(await response.Content.ReadAsByteArrayAsync(cancellationToken), response.Content.Headers.ContentType?.CharSet);
        return text.Contains(needle, StringComparison.Ordinal) ? null : $"Text {needle} not found in response from {url}";
    }

    static string TextOf(byte[] body, string? charset)
    {
        string[] encodings = charset?.Trim('"', ' ') is { Length: > 0 } named && EncodedText.IsKnown(named) ? ["utf-8", named] : ["utf-8"];
        return EncodedText.Decode(body, encodings);
    }
}

/// <summary>Parameters of <see cref="ContentExpert"/>.</summary>
public sealed record ContentExpertOptions : HttpOptions
{
    /// <summary>The field with the URL.</summary>
    public string Field { get; init; } = "source.url";

    /// <summary>The text that the page must have; without one the bot does nothing.</summary>
    public string? Needle { get; init; }

    /// <summary>Replaces a status that the event already has.</summary>
    public bool Overwrite { get; init; } = true;
}
