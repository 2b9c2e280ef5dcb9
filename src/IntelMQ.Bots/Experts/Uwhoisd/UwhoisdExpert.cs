using System.Net.Sockets;
using System.Text;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.Uwhoisd;

/// <summary>Adds what a uWhoisd server says about host name, address and autonomous system of the source.</summary>
[Bot("intelmq.bots.experts.uwhoisd.expert")]
public sealed class UwhoisdExpert(UwhoisdExpertOptions options) : Enricher
{
    const int MostBytes = 1 << 20;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly Field OfName = Field.Named("extra.whois.fqdn");
    static readonly Field OfAddress = Field.Named("extra.whois.ip");
    static readonly Field OfAsn = Field.Named("extra.whois.asn");

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        if (HostName(e) is { } name) e.Add(OfName, await AskAsync(name, cancellationToken));
        if (e.TryGet(Source.Ip, out var address)) e.Add(OfAddress, await AskAsync(address, cancellationToken));
        if (e.TryGet(Source.Asn, out var asn)) e.Add(OfAsn, await AskAsync($"AS{asn}", cancellationToken));
    }

    static string? HostName(Event e) => e.TryGet(Source.Fqdn, out var name) ? name : e.TryGet(Source.Url, out var url) ? UrlText.ToDomainName(url) : null;

    async Task<string> AskAsync(string question, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(Patience, Context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(options.Server, options.Port, either.Token);
            await using var stream = connection.GetStream();
            await stream.WriteAsync(Encoding.UTF8.GetBytes(question + "\n"), either.Token);
            return await ReadAsync(stream, either.Token);
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new TransientException($"The server {options.Server}:{options.Port} does not answer about '{question}': {e.Message}", inner: e);
        }
    }

    static async Task<string> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        var buffer = new byte[8192];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            await answer.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            if (answer.Length > MostBytes) throw new InvalidDataException($"The server sends more than {MostBytes} bytes.");
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}

/// <summary>Parameters of <see cref="UwhoisdExpert"/>.</summary>
public sealed record UwhoisdExpertOptions : BotOptions, ICheckable
{
    /// <summary>The host on which the server runs.</summary>
    public string Server { get; init; } = "localhost";

    /// <summary>The TCP port of the server.</summary>
    public int Port { get; init; } = 4243;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Port is < 1 or > 65535) yield return new(BotLogLevel.Error, $"port is {Port}; expected a number from 1 to 65535.", "port");
    }
}
