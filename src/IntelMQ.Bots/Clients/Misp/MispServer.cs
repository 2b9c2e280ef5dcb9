using System.Text;

namespace IntelMQ.Bots.Clients.Misp;

/// <summary>A MISP server, asked through its REST interface (https://www.misp-project.org/openapi/).</summary>
sealed class MispServer(HttpClient client, string url, string key)
{
    readonly string _server = url.TrimEnd('/') + "/";

    /// <summary>Sends a request and reads the answer.</summary>
    /// <param name="path">What is asked for, such as <c>events/restSearch</c>.</param>
    /// <param name="body">The request.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="TransientException">The server does not answer now.</exception>
    /// <exception cref="HttpRequestException">The server refuses.</exception>
    public async Task<JsonRow> PostAsync(string path, IReadOnlyDictionary<string, object?> body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _server + path) { Content = new StringContent(JsonText.Write(FieldValue.From(body)), Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", key);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        return (await client.AskAsync(request, cancellationToken)).Expect().Json();
    }

    /// <summary>The events that a search finds.</summary>
    /// <inheritdoc cref="PostAsync"/>
    public async Task<List<JsonRow>> FindEventsAsync(IReadOnlyDictionary<string, object?> query, CancellationToken cancellationToken)
    {
        var found = await PostAsync("events/restSearch", query, cancellationToken);
        // Older servers answer with the list itself, newer ones put it under "response".
        var list = found.Value.List ?? found.Get("response").List ?? throw new InvalidDataException($"MISP has answered the search with no list of events: {found}");
        return [.. list.Select(static item => new JsonRow(FieldValue.From(item)).Object("Event"))];
    }
}
