using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using IntelMQ.Brokers;
using IntelMQ.Host;

namespace IntelMQ.Control.Hosting;

/// <summary>A host in another process, spoken to over its socket.</summary>
sealed class HostClient : IBotnetHost
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    readonly NetworkStream _stream;
    readonly SemaphoreSlim _one = new(1, 1);

    HostClient(Socket socket) => _stream = new NetworkStream(socket, ownsSocket: true);

    /// <summary>Connects to the host of an installation; null when none runs.</summary>
    /// <exception cref="ControlException">One runs, but this user may not speak to it.</exception>
    public static async Task<HostClient?> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        if (!File.Exists(socketPath)) return null;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using var address = new HostAddress(socketPath);
            await socket.ConnectAsync(address.EndPoint, cancellationToken);
            return new HostClient(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return e.SocketErrorCode switch
            {
                // The file outlives a host that was killed; the next host replaces it.
                SocketError.ConnectionRefused or SocketError.AddressNotAvailable => null,
                SocketError.AccessDenied => throw new ControlException($"The host listens on '{socketPath}', which this user may not use. Call intelmqctl as the user who started it.", e),
                _ when !File.Exists(socketPath) => null,
                _ => throw new ControlException($"The host cannot be reached on '{socketPath}': {e.Message}", e),
            };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task<HostState> GetStateAsync(CancellationToken cancellationToken) =>
        (await AskAsync(new(HostRequest.CurrentProtocol, HostVerb.State), cancellationToken)).State ?? throw Incomplete();

    public Task StartAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken) => AskAsync(HostVerb.Start, bots, cancellationToken);

    public Task StopAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken) => AskAsync(HostVerb.Stop, bots, cancellationToken);

    public async Task<ReloadResult> ReloadAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken) =>
        (await AskAsync(HostVerb.Reload, bots, cancellationToken)).Reloaded ?? throw Incomplete();

    public async Task<IReadOnlyList<QueueStatus>> ListQueuesAsync(CancellationToken cancellationToken) =>
        (await AskAsync(HostVerb.Queues, null, cancellationToken)).Queues ?? throw Incomplete();

    public async Task<long> ClearQueueAsync(string queue, CancellationToken cancellationToken) =>
        (await AskAsync(new(HostRequest.CurrentProtocol, HostVerb.Clear, Queue: queue), cancellationToken)).Count ?? throw Incomplete();

    public async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        var state = await GetStateAsync(cancellationToken);
        await AskAsync(HostVerb.ShutDown, null, cancellationToken);
        var begun = Stopwatch.GetTimestamp();
        while (IsAlive(state.ProcessId))
        {
            if (Stopwatch.GetElapsedTime(begun) > EndLimit) throw new ControlException($"The host (process {state.ProcessId}) has stopped its bots, but does not end.");
            await Task.Delay(LookInterval, cancellationToken);
        }
    }

    static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    Task<HostResponse> AskAsync(HostVerb verb, IReadOnlyCollection<string>? bots, CancellationToken cancellationToken) =>
        AskAsync(new(HostRequest.CurrentProtocol, verb, bots is null ? null : [.. bots]), cancellationToken);

    async Task<HostResponse> AskAsync(HostRequest request, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await JsonLineStream.WriteAsync(_stream, request, HostJson.Default.HostRequest, cancellationToken);
            var response = await JsonLineStream.ReadAsync(_stream, HostJson.Default.HostResponse, cancellationToken)
                ?? throw new ControlException("The host ended before it answered; its log says why.");
            return response.Error is null ? response : throw new ControlException(response.Error);
        }
        catch (IOException e)
        {
            throw new ControlException($"The connection to the host broke: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new ControlException($"The host answered in a way this program does not understand: {e.Message}", e);
        }
        finally
        {
            _one.Release();
        }
    }

    static ControlException Incomplete() => new("The host's answer is not complete; it is of another version.");

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
