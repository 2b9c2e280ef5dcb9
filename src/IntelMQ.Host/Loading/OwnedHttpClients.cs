using IntelMQ.Sdk;

namespace IntelMQ.Host.Loading;

/// <summary>The HTTP clients of one bot after the other: they end with the bot that asked for them.</summary>
sealed class OwnedHttpClients(IHttpClients clients) : IHttpClients, IDisposable
{
    // Weak: a bot that makes a client for each run and disposes it must not be held to all that it ever had.
    readonly List<WeakReference<HttpClient>> _created = [];

    public HttpClient Create(HttpOptions options)
    {
        var client = clients.Create(options);
        lock (_created)
        {
            _created.RemoveAll(static gone => !gone.TryGetTarget(out _));
            _created.Add(new(client));
        }

        return client;
    }

    /// <summary>Ends all clients; more may be created afterwards.</summary>
    public void Dispose()
    {
        lock (_created)
        {
            foreach (var created in _created)
                if (created.TryGetTarget(out var client))
                    client.Dispose();
            _created.Clear();
        }
    }
}
