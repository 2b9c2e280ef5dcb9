namespace IntelMQ.Bots.Experts.Http;

/// <summary>Asks for the page that an event names and writes down whether it is there.</summary>
/// <param name="client">Asks; disposed by the bot.</param>
/// <param name="overwrite">Replaces a status that the event already has.</param>
sealed class HttpProbe(HttpClient client, bool overwrite)
{
    // Pages are made by strangers.
    const int MostBytes = 16 << 20;

    static readonly Field Reason = Field.Named("extra.reason");

    /// <summary>Adds the status, and why a page counts as offline.</summary>
    /// <param name="e">The event.</param>
    /// <param name="url">The page.</param>
    /// <param name="hasBody">Whether the answer is read as a whole.</param>
    /// <param name="judge">Why the page is offline; null when it is online.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask ProbeAsync(Event e, string url, bool hasBody, Func<HttpResponseMessage, CancellationToken, Task<string?>> judge, CancellationToken cancellationToken)
    {
        var reason = await ReasonAsync(url, hasBody, judge, cancellationToken);
        if (reason is not null) e.Add(Reason, reason);
        e.Enrich(Fields.Status, reason is null ? "online" : "offline", overwrite);
    }

    async Task<string?> ReasonAsync(string url, bool hasBody, Func<HttpResponseMessage, CancellationToken, Task<string?>> judge, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (hasBody) await response.Content.LoadIntoBufferAsync(MostBytes, cancellationToken);
            return await judge(response, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UriFormatException or NotSupportedException or InvalidOperationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return e.Message;
        }
    }

    /// <summary>What a server says beside a status of failure.</summary>
    public static string ReasonOf(HttpResponseMessage response) =>
        string.IsNullOrEmpty(response.ReasonPhrase) ? $"Status {(int)response.StatusCode}" : response.ReasonPhrase;
}
