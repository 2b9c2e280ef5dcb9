using System.Net;

namespace IntelMQ.Sdk;

/// <summary>Asks the domain name system. Answers are cached for as long as the system allows.</summary>
public interface IDnsResolver
{
    /// <summary>Addresses of a name; empty when the name exists without any, or does not exist.</summary>
    /// <param name="name">A host name.</param>
    /// <param name="family">IPv4 (record type A) or IPv6 (AAAA).</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="TransientException">No server answered, or it answered that it cannot say now.</exception>
    ValueTask<IReadOnlyList<IPAddress>> GetAddressesAsync(string name, System.Net.Sockets.AddressFamily family, CancellationToken cancellationToken);

    /// <summary>The texts under a name (record type TXT); empty when there are none.</summary>
    /// <inheritdoc cref="GetAddressesAsync" path="/exception"/>
    ValueTask<IReadOnlyList<string>> GetTextsAsync(string name, CancellationToken cancellationToken);

    /// <summary>The names of an address (record type PTR), without final dot; empty when there are none.</summary>
    /// <inheritdoc cref="GetAddressesAsync" path="/exception"/>
    ValueTask<IReadOnlyList<string>> GetNamesAsync(IPAddress address, CancellationToken cancellationToken);
}
