using System.Globalization;
using System.Runtime.CompilerServices;
using IntelMQ.Bots.Clients.Stomp;

namespace IntelMQ.Bots.Collectors.Stomp;

/// <summary>Takes the messages of a destination of a STOMP server, such as that of the n6 network.</summary>
/// <remarks>A message is acknowledged when its report is safe. When the connection breaks, the host makes it anew.</remarks>
[Bot("intelmq.bots.collectors.stomp.collector")]
public sealed class StompCollector(StompCollectorOptions options) : Collector
{
    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var client = await StompClient.ConnectAsync(StompEndpoint.Of(options), Context.Time, cancellationToken);
        await client.SubscribeAsync(options.Exchange, cancellationToken);
        Log.Info($"Subscribed to '{options.Exchange}' of {options.Server}.");
        var url = string.Create(CultureInfo.InvariantCulture, $"stomp://{options.Server}:{options.Port}/{options.Exchange}");
        while (true)
        {
            var frame = await client.ReceiveAsync(cancellationToken);
            if (frame.Command == "ERROR")
            {
                Log.Error($"The STOMP server reports an error: {frame.Text}");
                continue;
            }

            if (frame.Command != "MESSAGE") continue;
            var body = frame.Body.TrimEnd(" \t\n\v\f\r\x1c\x1d\x1e\x1f"u8);
            if (body.IsEmpty) Log.Warning("A message without data came; no report is made of it.");
            else yield return NewReport(body, url);
            await client.AcknowledgeAsync(frame, cancellationToken);
        }
    }
}

/// <summary>Parameters of <see cref="StompCollector"/>.</summary>
public sealed record StompCollectorOptions : BotOptions, IStompOptions, ICheckable
{
    /// <summary>The server.</summary>
    public string Server { get; init; } = "n6stream.cert.pl";

    /// <summary>Its port.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 65535)]
    public int Port { get; init; } = 61614;

    /// <summary>The destination, such as <c>/exchange/your-organization/*.*.*.*</c>.</summary>
    public string Exchange { get; init; } = "";

    /// <summary>Milliseconds between signs of life; 0 asks for none.</summary>
    [System.ComponentModel.DataAnnotations.Range(0, 3_600_000)]
    public int Heartbeat { get; init; } = 6000;

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

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() => StompEndpoint.Of(this).Check();
}
