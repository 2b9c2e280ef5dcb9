using System.ComponentModel.DataAnnotations;
using System.Text;
using IntelMQ.Bots.Clients.Stomp;

namespace IntelMQ.Bots.Outputs.Stomp;

/// <summary>Sends events to a destination of a STOMP server.</summary>
/// <remarks>The server confirms each event before it counts as written. When the connection breaks, what was not confirmed is sent again over a new one.</remarks>
[Bot("intelmq.bots.outputs.stomp.output")]
public sealed class StompOutput(StompOutputOptions options) : Output
{
    readonly EventExport _export = new(options);
    readonly string _contentType = options.SingleKey.Text is { Length: > 0 } ? "text/plain" : "application/json";
    readonly List<byte[]> _waiting = [];
    StompClient? _client;

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (!options.HttpVerifyCert) Log.Warning("http_verify_cert is false, but a STOMP server always has to show a certificate of a known authority; name that by ssl_ca_certificate.");
        await ConnectAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _waiting.Add(Encoding.UTF8.GetBytes(_export.ToText(message)));
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0) return;
        var client = await ConnectAsync(cancellationToken);
        try
        {
            await client.PublishAsync(options.Exchange, _contentType, _waiting, cancellationToken);
        }
        catch
        {
            // Nobody knows where in a frame it is.
            await DisconnectAsync();
            throw;
        }
    }

    async Task<StompClient> ConnectAsync(CancellationToken cancellationToken) => _client ??= await StompClient.ConnectAsync(StompEndpoint.Of(options), Context.Time, cancellationToken);

    async ValueTask DisconnectAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        _client = null;
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="StompOutput"/>.</summary>
public sealed record StompOutputOptions : ExportOptions, IStompOptions, ICheckable
{
    /// <summary>The server.</summary>
    public string Server { get; init; } = "127.0.0.1";

    /// <summary>Its port.</summary>
    [Range(1, 65535)]
    public int Port { get; init; } = 61614;

    /// <summary>The destination.</summary>
    public string Exchange { get; init; } = "/exchange/_push";

    /// <summary>Milliseconds between signs of life; 0 asks for none.</summary>
    [Range(0, 3_600_000)]
    public int Heartbeat { get; init; } = 60_000;

    /// <summary>A file with the certificate authorities to trust; empty means those of the system.</summary>
    public string SslCaCertificate { get; init; } = "ca.pem";

    /// <summary>Whether a certificate proves who this is, instead of a password.</summary>
    public bool AuthBySslClientCertificate { get; init; } = true;

    /// <summary>The file with that certificate.</summary>
    public string SslClientCertificate { get; init; } = "client.pem";

    /// <summary>The file with the key of that certificate.</summary>
    public string SslClientCertificateKey { get; init; } = "client.key";

    /// <summary>The user, where no certificate is used.</summary>
    public string Username { get; init; } = "guest";

    /// <summary>The user's password.</summary>
    [Parameter(Secret = true, DefaultJson = "\"guest\"")]
    public string Password { get; init; } = "guest";

    /// <summary>Accepted for the sake of existing configurations: the server's certificate is always verified.</summary>
    public bool HttpVerifyCert { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() => StompEndpoint.Of(this).Check();
}
