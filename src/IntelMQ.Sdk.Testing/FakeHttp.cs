using System.Net;
using System.Text;

namespace IntelMQ.Sdk.Testing;

/// <summary>A web of scripted answers, and the <see cref="IHttpClients"/> that lead into it.</summary>
/// <remarks>
/// Several answers for one URL are given one after the other, the last one again and again. A request without an answer
/// fails and says which.
/// </remarks>
public sealed class FakeHttp : HttpMessageHandler, IHttpClients
{
    readonly Dictionary<string, Queue<Func<HttpRequestMessage, HttpResponseMessage>>> _answers = new(StringComparer.Ordinal);
    readonly List<FakeRequest> _requests = [];

    /// <summary>What was asked for, in order.</summary>
    public IReadOnlyList<FakeRequest> Requests => _requests;

    /// <summary>The options that the bot made its last client with.</summary>
    public HttpOptions? Options { get; private set; }

    /// <summary>Scripts an answer to GET requests.</summary>
    public void Answer(string url, string body, string mediaType = "text/plain", HttpStatusCode status = HttpStatusCode.OK) =>
        Answer(HttpMethod.Get, url, _ => new(status) { Content = new StringContent(body, Encoding.UTF8, mediaType) });

    /// <summary>Scripts an answer to GET requests.</summary>
    public void Answer(string url, byte[] body, string mediaType = "application/octet-stream") =>
        Answer(HttpMethod.Get, url, _ => new(HttpStatusCode.OK) { Content = new ByteArrayContent(body) { Headers = { ContentType = new(mediaType) } } });

    /// <summary>Scripts an answer that depends on the request; it may throw, as a broken connection does.</summary>
    public void Answer(HttpMethod method, string url, Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        var key = Key(method, new Uri(url));
        if (!_answers.TryGetValue(key, out var queue)) _answers[key] = queue = new();
        queue.Enqueue(answer);
    }

    /// <inheritdoc />
    public HttpClient Create(HttpOptions options)
    {
        Options = options;
        var client = new HttpClient(this, disposeHandler: false);
        foreach (var (name, value) in options.HttpHeader) client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        return client;
    }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        _requests.Add(new(request.Method, request.RequestUri!, body, request.Headers.ToDictionary(static h => h.Key, static h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase)));
        if (!_answers.TryGetValue(Key(request.Method, request.RequestUri!), out var answers))
            throw new HttpRequestException($"The test has no answer for {request.Method} {request.RequestUri}; give one with FakeHttp.Answer.");
        var answer = answers.Count > 1 ? answers.Dequeue() : answers.Peek();
        var response = answer(request);
        response.RequestMessage = request;
        return response;
    }

    static string Key(HttpMethod method, Uri url) => $"{method} {url.AbsoluteUri}";
}

/// <summary>A request that a bot made.</summary>
/// <param name="Method">GET, POST and so on.</param>
/// <param name="Url">The full URL.</param>
/// <param name="Body">The content as text; empty when there is none.</param>
/// <param name="Headers">By name, whatever its case.</param>
public sealed record FakeRequest(HttpMethod Method, Uri Url, string Body, IReadOnlyDictionary<string, string> Headers);
