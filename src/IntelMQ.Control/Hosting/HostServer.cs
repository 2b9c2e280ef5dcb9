using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using IntelMQ.Brokers;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Hosting;

/// <summary>Lets callers on this machine, of the same user, ask and steer a host over a Unix domain socket.</summary>
sealed class HostServer : IAsyncDisposable
{
    /// <summary>How long the end waits for answers that are under way.</summary>
    static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(2);
    static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);

    readonly string _path;
    readonly IBotnetHost _host;
    readonly IBotLog _log;
    readonly Socket _socket;
    readonly CancellationTokenSource _end = new();
    readonly ConcurrentDictionary<Socket, Task> _serving = new();
    readonly Task _accepting;

    HostServer(string path, IBotnetHost host, IBotLog log, Socket socket)
    {
        (_path, _host, _log, _socket) = (path, host, log, socket);
        _accepting = AcceptAsync();
    }

    /// <summary>Listens. Call it only with the store of the queues locked: what is at the path then belongs to nobody.</summary>
    /// <exception cref="SocketException">The socket cannot be made.</exception>
    public static HostServer Start(string path, IBotnetHost host, IBotLog log)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using var address = new HostAddress(path);
            socket.Bind(address.EndPoint);
            // Nobody can connect before Listen, so there is no moment with wider permissions.
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(64);
            return new HostServer(path, host, log, socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                if (await AcceptOneAsync() is not { } connection) continue;
                _serving[connection] = Task.Run(() => ServeAsync(connection), CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The host ends.
        }
    }

    /// <returns>Null when it failed: the host must stay reachable, also after it has run out of file descriptors for a while.</returns>
    async Task<Socket?> AcceptOneAsync()
    {
        try
        {
            return await _socket.AcceptAsync(_end.Token);
        }
        catch (SocketException e)
        {
            _log.Error($"A caller on the control socket could not be accepted: {e.Message}");
            await Task.Delay(AcceptPause, _end.Token);
            return null;
        }
    }

    async Task ServeAsync(Socket connection)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        try
        {
            while (await JsonLineStream.ReadAsync(stream, HostJson.Default.HostRequest, _end.Token) is { } request)
                // Also the last answer, to the request that ends the host, is written.
                await JsonLineStream.WriteAsync(stream, await AnswerAsync(request), HostJson.Default.HostResponse, CancellationToken.None);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The host ends.
        }
        catch (JsonException e)
        {
            _log.Warning($"A caller on the control socket sent what is no request: {e.Message}");
        }
        catch (IOException)
        {
            // The caller has gone; nobody waits for the answer.
        }
        finally
        {
            _serving.TryRemove(connection, out _);
        }
    }

    async Task<HostResponse> AnswerAsync(HostRequest request)
    {
        if (request.Protocol != HostRequest.CurrentProtocol)
        {
            return new HostResponse
            {
                Error = $"The running host ({ProgramVersion.Text}) speaks version {HostRequest.CurrentProtocol} of the control protocol, the caller version {request.Protocol}. Stop the host with the program that started it.",
            };
        }

        try
        {
            return await DoAsync(request, _end.Token);
        }
        catch (Exception e) when (e is ControlException or BrokerException)
        {
            return new HostResponse { Error = e.Message };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.Error($"The request {request.Verb} failed.", e);
            return new HostResponse { Error = $"{e.GetType().Name}: {e.Message} (see the log of the host)" };
        }
    }

    async Task<HostResponse> DoAsync(HostRequest request, CancellationToken cancellationToken)
    {
        switch (request.Verb)
        {
            case HostVerb.State:
                return new HostResponse { State = await _host.GetStateAsync(cancellationToken) };
            case HostVerb.Start:
                await _host.StartAsync(request.Bots, cancellationToken);
                return new HostResponse();
            case HostVerb.Stop:
                await _host.StopAsync(request.Bots, cancellationToken);
                return new HostResponse();
            case HostVerb.Reload:
                return new HostResponse { Reloaded = await _host.ReloadAsync(request.Bots, cancellationToken) };
            case HostVerb.Queues:
                return new HostResponse { Queues = await _host.ListQueuesAsync(cancellationToken) };
            case HostVerb.Clear when request.Queue is { } queue:
                return new HostResponse { Count = await _host.ClearQueueAsync(queue, cancellationToken) };
            case HostVerb.ShutDown:
                await _host.ShutDownAsync(cancellationToken);
                return new HostResponse();
            default:
                return new HostResponse { Error = $"The request {request.Verb} is not complete." };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        await Task.WhenAny(Task.WhenAll(_serving.Values), Task.Delay(LastAnswers));
        _socket.Dispose();
        File.Delete(_path);
        _end.Dispose();
    }
}
