namespace IntelMQ.Sdk;

/// <summary>Makes HTTP clients as the <c>http_*</c> parameters of a bot say: proxy, certificates, credentials, headers, tries.</summary>
public interface IHttpClients
{
    /// <summary>A client for these options, which lives as long as the bot; the host disposes it.</summary>
    /// <exception cref="ConfigurationException">A certificate file cannot be read.</exception>
    HttpClient Create(HttpOptions options);
}
