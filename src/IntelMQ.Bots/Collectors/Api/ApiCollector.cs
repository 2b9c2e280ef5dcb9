using System.Net;
using System.Net.Sockets;

namespace IntelMQ.Bots.Collectors.Api;

/// <summary>Takes what others send by HTTP: each POST to <c>/intelmq/push</c> is a report.</summary>
/// <remarks>The answer goes out when the report is safe. Put a web server before it that encrypts and asks who is there.</remarks>
[Bot("intelmq.bots.collectors.api.collector_api")]
public sealed class ApiCollector(ApiCollectorOptions options) : Collector
{
    readonly ReportInbox _inbox = new();
    ConnectionListener? _listener;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        var any = Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        var socket = options.UseSocket ? UnixSocket.Listen(options.SocketPath, options.SocketPerms, options.SocketGroup) : ListeningSocket.On(new IPEndPoint(any, options.Port));
        _listener = new(socket, Context, _inbox, (stream, stopping) => new PushConnection(stream, Context.Time, options.HttpTimeoutSec, options.MostBytes).ServeAsync(TakeAsync, stopping));
        return default;
    }

    /// <inheritdoc />
    protected override IAsyncEnumerable<Report> CollectAsync(CancellationToken cancellationToken) => _inbox.ReadAllAsync(cancellationToken);

    Task TakeAsync(byte[] body, CancellationToken cancellationToken)
    {
        if (body.Length > 0) return _inbox.PutAsync(NewReport(body), cancellationToken);
        Log.Warning("A request without data came; no report is made of it.");
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
            if (options.UseSocket) System.IO.File.Delete(options.SocketPath);
            _listener = null;
        }

        await base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="ApiCollector"/>.</summary>
public sealed record ApiCollectorOptions : BotOptions, ICheckable
{
    /// <summary>The name of the feed.</summary>
    public string Name { get; init; } = "API";

    /// <summary>Who provides the feed.</summary>
    public string Provider { get; init; } = "APICollector";

    /// <summary>The port to listen on, at all addresses of the machine.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 65535)]
    public int Port { get; init; } = 5000;

    /// <summary>Listens on a Unix socket instead of a port.</summary>
    public bool UseSocket { get; init; }

    /// <summary>Where the socket is.</summary>
    public string SocketPath { get; init; } = "/tmp/imq_api_default_socket";

    /// <summary>Who may use the socket, as octal digits.</summary>
    public string SocketPerms { get; init; } = "600";

    /// <summary>The group that the socket belongs to; empty means that of the host.</summary>
    public string SocketGroup { get; init; } = "";

    /// <summary>Seconds that a sender may be silent within a request.</summary>
    [Parameter(DefaultJson = "30")]
    public TimeSpan HttpTimeoutSec { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How large a report may be, in bytes.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, int.MaxValue)]
    public int MostBytes { get; init; } = 100 * 1024 * 1024;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!UseSocket) yield break;
        if (UnixSocket.ParseMode(SocketPerms) is null) yield return new(BotLogLevel.Error, $"socket_perms: '{SocketPerms}' is no mode; expected octal digits such as 660.", "socket_perms");
        if (SocketPath.Length == 0) yield return new(BotLogLevel.Error, "socket_path is empty; expected a path.", "socket_path");
    }
}
