using System.Text.Json;
using System.Text.Json.Serialization;
using IntelMQ.Brokers;
using IntelMQ.Host;

namespace IntelMQ.Control.Hosting;

/// <summary>What a caller may ask of a host. The names are the protocol: <c>start</c>, <c>stop</c> and so on.</summary>
enum HostVerb
{
    State,
    Start,
    Stop,
    Reload,
    Queues,
    Clear,
    ShutDown,
}

/// <summary>One line from a caller.</summary>
/// <param name="Protocol">Version of the protocol.</param>
/// <param name="Verb">What to do.</param>
/// <param name="Bots">With which bots; null means all.</param>
/// <param name="Queue">With which queue.</param>
sealed record HostRequest(int Protocol, HostVerb Verb, IReadOnlyList<string>? Bots = null, string? Queue = null)
{
    /// <summary>The version that this program speaks.</summary>
    public const int CurrentProtocol = 1;
}

/// <summary>One line from the host: an error, or what the verb returns.</summary>
sealed record HostResponse
{
    public int Protocol { get; init; } = HostRequest.CurrentProtocol;

    /// <summary>Why nothing was done; null when all went well.</summary>
    public string? Error { get; init; }

    public HostState? State { get; init; }

    public ReloadResult? Reloaded { get; init; }

    public IReadOnlyList<QueueStatus>? Queues { get; init; }

    public long? Count { get; init; }
}

/// <summary>Requests and responses as JSON, without reflection: a command must not pay for it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HostRequest))]
[JsonSerializable(typeof(HostResponse))]
sealed partial class HostJson : JsonSerializerContext;

/// <summary>Documents of one line each on a stream.</summary>
static class JsonLineStream
{
    /// <summary>Longer requests are refused; a status of ten thousand bots has about 5 MB.</summary>
    public const int MostBytes = 64 << 20;

    public static async Task WriteAsync<T>(Stream stream, T document, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(document, type);
        Array.Resize(ref bytes, bytes.Length + 1);
        bytes[^1] = (byte)'\n';
        await stream.WriteAsync(bytes, cancellationToken);
    }

    /// <summary>The next document; null at the end of the stream.</summary>
    /// <exception cref="JsonException">The line is no such document.</exception>
    public static async Task<T?> ReadAsync<T>(Stream stream, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0) return length == 0 ? null : throw new JsonException("The line is not complete.");
            length += read;
            // One side speaks at a time, so a line break is always the last byte.
            if (buffer[length - 1] == '\n') return JsonSerializer.Deserialize(buffer.AsSpan(0, length - 1), type);
            if (length == MostBytes) throw new JsonException("The line is too long.");
            if (length == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MostBytes));
        }
    }
}
