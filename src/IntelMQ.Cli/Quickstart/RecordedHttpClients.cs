using System.Net;
using IntelMQ.Sdk;

namespace IntelMQ.Cli.Quickstart;

/// <summary>Answers requests from files instead of the network.</summary>
/// <param name="pages">Files by URL; every other URL is not found.</param>
sealed class RecordedHttpClients(IReadOnlyDictionary<string, string> pages) : IHttpClients
{
    public HttpClient Create(HttpOptions options) => new(new Recording(pages), disposeHandler: true);

    sealed class Recording(IReadOnlyDictionary<string, string> pages) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(request.RequestUri is { } url && pages.TryGetValue(url.AbsoluteUri, out var file)
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(File.OpenRead(file)), RequestMessage = request }
                : new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent($"The recording has no {request.RequestUri}."), RequestMessage = request });
    }
}
