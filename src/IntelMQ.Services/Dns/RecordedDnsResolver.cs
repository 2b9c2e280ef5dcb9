using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using IntelMQ.Sdk;

namespace IntelMQ.Services;

/// <summary>
/// Answers from a file instead of the network: <c>{"example.com": {"A": ["192.0.2.1"], "TXT": ["text"]}}</c>, with the
/// types A, AAAA, PTR (under the reverse name or the address itself) and TXT. What does not stand there is empty.
/// </summary>
public sealed class RecordedDnsResolver : IDnsResolver
{
    static readonly string[] Types = ["A", "AAAA", "PTR", "TXT"];

    readonly Dictionary<(string Name, string Type), List<string>> _answers = [];

    RecordedDnsResolver()
    {
    }

    /// <summary>Reads a recording.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read or is no recording; all errors are named.</exception>
    public static async Task<RecordedDnsResolver> LoadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            using var document = await JsonDocument.ParseAsync(file, cancellationToken: cancellationToken);
            return Read(document.RootElement, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ConfigurationException($"The recording {path} cannot be read: {e.Message}", e);
        }
    }

    static RecordedDnsResolver Read(JsonElement root, string path)
    {
        var resolver = new RecordedDnsResolver();
        var errors = new List<string>();
        if (root.ValueKind != JsonValueKind.Object) errors.Add("$: expected an object with names");
        else
            foreach (var name in root.EnumerateObject())
                resolver.ReadName(name, errors);
        return errors.Count == 0 ? resolver : throw new ConfigurationException($"The recording {path} is wrong: {string.Join("; ", errors)}.");
    }

    void ReadName(JsonProperty name, List<string> errors)
    {
        if (name.Value.ValueKind != JsonValueKind.Object)
        {
            errors.Add($"{name.Name}: expected an object with record types");
            return;
        }

        var key = IPAddress.TryParse(name.Name, out var address) ? ReverseName.Of(address) : Normalize(name.Name);
        foreach (var type in name.Value.EnumerateObject())
        {
            if (!Types.Contains(type.Name)) errors.Add($"{name.Name}.{type.Name}: expected one of {string.Join(", ", Types)}");
            else if (type.Value.ValueKind != JsonValueKind.Array || type.Value.EnumerateArray().Any(v => !IsValid(type.Name, v)))
                errors.Add($"{name.Name}.{type.Name}: expected a list of {(type.Name is "A" or "AAAA" ? "addresses" : "texts")}");
            else _answers[(key, type.Name)] = [.. type.Value.EnumerateArray().Select(v => v.GetString()!)];
        }
    }

    static bool IsValid(string type, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && type switch
        {
            "A" => IPAddress.TryParse(value.GetString(), out var address) && address.AddressFamily == AddressFamily.InterNetwork,
            "AAAA" => IPAddress.TryParse(value.GetString(), out var address) && address.AddressFamily == AddressFamily.InterNetworkV6,
            _ => true,
        };

    static string Normalize(string name) => name.TrimEnd('.').ToLowerInvariant();

    List<string> Find(string name, string type) => _answers.GetValueOrDefault((Normalize(name), type)) ?? [];

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<IPAddress>> GetAddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken) =>
        new([.. Find(name, family == AddressFamily.InterNetwork ? "A" : "AAAA").Select(IPAddress.Parse)]);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<string>> GetTextsAsync(string name, CancellationToken cancellationToken) => new(Find(name, "TXT"));

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<string>> GetNamesAsync(IPAddress address, CancellationToken cancellationToken) =>
        new([.. Find(ReverseName.Of(address), "PTR").Select(n => n.TrimEnd('.'))]);
}
