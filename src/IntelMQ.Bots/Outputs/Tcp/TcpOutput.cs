using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace IntelMQ.Bots.Outputs.Tcp;

/// <summary>Sends messages as JSON over a TCP connection.</summary>
/// <remarks>
/// With an IntelMQ at the other end, each message is confirmed by it. Otherwise messages count as delivered when the
/// operating system has taken them; there is no more to be known.
/// </remarks>
[Bot("intelmq.bots.outputs.tcp.output", SingleInstance = true)]
public sealed class TcpOutput(TcpOutputOptions options) : Output
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromSeconds(1);

    readonly MessageJsonOptions _form = new() { Hierarchical = options.HierarchicalOutput };
    readonly byte[] _separator = Encoding.UTF8.GetBytes(options.Separator ?? "");
    readonly Queue<byte[]> _waiting = [];
    NetworkStream? _connection;

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken) => await WithinLimitAsync(ConnectAsync, cancellationToken);

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _waiting.Enqueue(Framed(Encoding.UTF8.GetBytes(message.ToJson(_form))));
        return default;
    }

    byte[] Framed(byte[] json)
    {
        if (_separator.Length > 0) return [.. json, .. _separator];
        var framed = new byte[json.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(framed, (uint)json.Length);
        json.CopyTo(framed, sizeof(uint));
        return framed;
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0) return;
        if (options.CounterpartIsIntelmq)
        {
            while (_waiting.TryPeek(out var message))
            {
                await WithinLimitAsync(token => SendConfirmedAsync(message, token), cancellationToken);
                _waiting.Dequeue();
            }
        }
        else
        {
            byte[] all = [.. _waiting.SelectMany(static message => message)];
            await WithinLimitAsync(token => SendAsync(all, token), cancellationToken);
            _waiting.Clear();
        }
    }

    async Task SendConfirmedAsync(byte[] message, CancellationToken cancellationToken)
    {
        await SendAsync(message, cancellationToken);
        var answer = new byte[2];
        await _connection!.ReadExactlyAsync(answer, cancellationToken);
        if (answer.AsSpan().SequenceEqual("Ok"u8)) return;
        Log.Warning("Message not delivered, retrying.");
        throw new TransientException($"The other end at {options.Ip}:{options.Port} has not taken a message; it answers '{Encoding.Latin1.GetString(answer)}' instead of 'Ok'.", PauseAfterRefusal);
    }

    async Task SendAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        await ConnectAsync(cancellationToken);
        await _connection!.WriteAsync(bytes, cancellationToken);
    }

    async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is not null) return;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Ip, options.Port, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _connection = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>After any trouble the connection is given up: what the other end has got of a message is not known.</summary>
    async Task WithinLimitAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await action(either.Token);
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            await DisconnectAsync();
            var why = e is OperationCanceledException ? $"no answer within {Limit.TotalSeconds:0} s" : e.Message;
            throw new TransientException($"The connection to {options.Ip}:{options.Port} does not work: {why}", inner: e);
        }
    }

    async ValueTask DisconnectAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="TcpOutput"/>.</summary>
public sealed record TcpOutputOptions : BotOptions, ICheckable
{
    /// <summary>Address or host name of the other end.</summary>
    public required string Ip { get; init; }

    /// <summary>Port of the other end.</summary>
    public required int Port { get; init; }

    /// <summary>The other end is a TCP collector of IntelMQ, which confirms each message.</summary>
    public bool CounterpartIsIntelmq { get; init; } = true;

    /// <summary>What is sent behind each message; without one, four bytes with its length (the most significant first) are sent before it.</summary>
    public string? Separator { get; init; }

    /// <summary>Writes nested objects instead of names with dots.</summary>
    public bool HierarchicalOutput { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Ip.Length == 0) yield return new(BotLogLevel.Error, "ip is empty; expected an address or a host name.", "ip");
        if (Port is < 1 or > 65535) yield return new(BotLogLevel.Error, $"port is {Port}; expected 1 to 65535.", "port");
    }
}
