using System.ComponentModel;

namespace IntelMQ.Sdk.Runtime;

/// <summary>How generated code asks the host for what a bot's constructor takes besides its options.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class BotServices
{
    /// <summary>The service of a type.</summary>
    /// <exception cref="ConfigurationException">The host has none.</exception>
    public static T Get<T>(IServiceProvider services, string bot) where T : class =>
        services.GetService(typeof(T)) as T
        ?? throw new ConfigurationException($"{bot} needs a service of the type {typeof(T)}, which this host does not have. Services of the SDK are IDnsResolver, IHttpClients, IBotCache and TimeProvider; a host that is newer may have more.");
}
