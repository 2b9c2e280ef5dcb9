using IntelMQ.Sdk;

namespace IntelMQ.Control.Hosting;

sealed class HttpClients(TimeProvider time) : IHttpClients
{
    public HttpClient Create(HttpOptions options) => throw new ConfigurationException($"Bots that speak HTTP are not part of this version ({time.GetUtcNow():yyyy}).");
}
