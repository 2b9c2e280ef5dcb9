using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace IntelMQ.Bots.Collectors.Microsoft.Azure;

/// <summary>Where an Azure storage account is and what proves the right to read it.</summary>
sealed class StorageAccount
{
    const string Version = "2021-08-06";

    readonly string _endpoint;
    readonly string _name;
    readonly byte[]? _key;
    readonly string _signature;

    StorageAccount(string endpoint, string name, byte[]? key, string signature) => (_endpoint, _name, _key, _signature) = (endpoint, name, key, signature);

    /// <exception cref="FormatException">The text is no connection string; the message does not show it.</exception>
    public static StorageAccount Parse(string connectionString)
    {
        var parts = Parts(connectionString);
        var name = parts.GetValueOrDefault("AccountName", "");
        var endpoint = parts.GetValueOrDefault("BlobEndpoint")
            ?? (name.Length > 0 ? $"{parts.GetValueOrDefault("DefaultEndpointsProtocol", "https")}://{name}.blob.{parts.GetValueOrDefault("EndpointSuffix", "core.windows.net")}" : null)
            ?? throw new FormatException("it names neither BlobEndpoint nor AccountName.");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) throw new FormatException($"its BlobEndpoint '{endpoint}' is no URL.");
        var key = parts.GetValueOrDefault("AccountKey");
        var signature = parts.GetValueOrDefault("SharedAccessSignature", "").TrimStart('?');
        if (key is not null && name.Length == 0) name = uri.Host.Split('.')[0];
        if (key is null && signature.Length == 0) throw new FormatException("it has neither AccountKey nor SharedAccessSignature.");
        return new StorageAccount(endpoint.TrimEnd('/'), name, key is null ? null : Convert.FromBase64String(key), signature);
    }

    /// <summary>What is wrong with a connection string, or null.</summary>
    public static string? ProblemOf(string connectionString)
    {
        try
        {
            _ = Parse(connectionString);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    static Dictionary<string, string> Parts(string text)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new FormatException("it is no connection string; expected NAME=VALUE;NAME=VALUE.");
            parts[part[..equals]] = part[(equals + 1)..];
        }

        return parts;
    }

    /// <summary>A request for a resource, signed.</summary>
    /// <param name="path">The path below the account, escaped.</param>
    /// <param name="query">What is asked of it.</param>
    /// <param name="now">The time that the signature says.</param>
    public HttpRequestMessage Request(string path, string query, DateTimeOffset now)
    {
        var all = string.Join('&', new[] { query, _key is null ? _signature : "" }.Where(part => part.Length > 0));
        var request = new HttpRequestMessage(HttpMethod.Get, _endpoint + path + (all.Length > 0 ? "?" + all : ""));
        request.Headers.Add("x-ms-version", Version);
        if (_key is null) return request;
        var date = now.ToString("R", CultureInfo.InvariantCulture);
        request.Headers.Add("x-ms-date", date);
        request.Headers.TryAddWithoutValidation("Authorization", $"SharedKey {_name}:{Sign(new Uri(_endpoint).AbsolutePath.TrimEnd('/') + path, query, date)}");
        return request;
    }

    // "Authorize with Shared Key" of the storage services: method, eleven empty standard headers, ours, the resource.
    string Sign(string path, string query, string date)
    {
        var text = new StringBuilder("GET").Append('\n', 12)
            .Append(CultureInfo.InvariantCulture, $"x-ms-date:{date}\nx-ms-version:{Version}\n/{_name}{path}");
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))
        {
            var (name, value) = (parameter[..parameter.IndexOf('=', StringComparison.Ordinal)], parameter[(parameter.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            text.Append(CultureInfo.InvariantCulture, $"\n{name}:{Uri.UnescapeDataString(value)}");
        }

        return Convert.ToBase64String(HMACSHA256.HashData(_key!, Encoding.UTF8.GetBytes(text.ToString())));
    }
}
