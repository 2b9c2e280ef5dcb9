using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace IntelMQ.Bots.Clients.Stomp;

/// <summary>
/// A connection to a STOMP server (version 1.2, and 1.1), with heart-beats. One caller may receive while others send.
/// A broken connection shows as <see cref="TransientException"/>; then make a new one.
/// </summary>
sealed class StompClient : IAsyncDisposable
{
    const int MostHeadBytes = 64 * 1024;
    const int MostBodyBytes = 256 * 1024 * 1024;

    readonly StompEndpoint _endpoint;
    readonly TimeProvider _time;
    readonly SslStream _stream;
    readonly PipeReader _reader;
    readonly SemaphoreSlim _writing = new(1);
    readonly CancellationTokenSource _closing = new();
    long _receipts;
    TimeSpan _patience = TimeSpan.FromSeconds(30);
    Task _beating = Task.CompletedTask;

    StompClient(StompEndpoint endpoint, SslStream stream, TimeProvider time)
    {
        (_endpoint, _stream, _time) = (endpoint, stream, time);
        _reader = PipeReader.Create(stream);
    }

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="TransientException">The server cannot be reached, or refuses.</exception>
    /// <exception cref="ConfigurationException">A certificate cannot be read.</exception>
    public static async Task<StompClient> ConnectAsync(StompEndpoint endpoint, TimeProvider time, CancellationToken cancellationToken)
    {
        var tls = endpoint.TlsOptions();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? stream = null;
        StompClient? client = null;
        try
        {
            await socket.ConnectAsync(endpoint.Server, endpoint.Port, cancellationToken);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(tls, cancellationToken);
            client = new StompClient(endpoint, stream, time);
            await client.LogInAsync(cancellationToken);
            return client;
        }
        catch (Exception e)
        {
            if (client is not null) await client.DisposeAsync();
            else if (stream is not null) await stream.DisposeAsync();
            socket.Dispose();
            if (e is SocketException or IOException or AuthenticationException) throw new TransientException($"The STOMP server {endpoint.Server}, port {endpoint.Port}, cannot be reached: {e.Message}", inner: e);
            throw;
        }
    }

    async Task LogInAsync(CancellationToken cancellationToken)
    {
        var beat = ((long)_endpoint.Heartbeat.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        // As in the original no virtual host is named: servers have one for that, and RabbitMQ refuses a name that is none of its own.
        var headers = new Dictionary<string, string> { ["accept-version"] = "1.1,1.2", ["heart-beat"] = $"{beat},{beat}" };
        if (!_endpoint.UsesClientCertificate) (headers["login"], headers["passcode"]) = (_endpoint.Username, _endpoint.Password);
        await SendAsync(new StompFrame("CONNECT", headers), cancellationToken);
        var answer = await ReceiveAsync(cancellationToken);
        if (answer.Command != "CONNECTED") throw new TransientException($"The STOMP server {_endpoint.Server} refuses the connection: {answer.Text}");
        StartBeating(answer.Header("heart-beat") ?? "0,0");
    }

    // Each side says how often it can send and how often it wants to hear; the slower wish counts.
    void StartBeating(string offered)
    {
        var parts = offered.Split(',');
        var canSend = long.Parse(parts[0], CultureInfo.InvariantCulture);
        var wants = long.Parse(parts[1], CultureInfo.InvariantCulture);
        var own = (long)_endpoint.Heartbeat.TotalMilliseconds;
        // Twice the time is the grace that the protocol speaks of.
        _patience = own > 0 && canSend > 0 ? TimeSpan.FromMilliseconds(2 * Math.Max(own, canSend)) : Timeout.InfiniteTimeSpan;
        if (own > 0 && wants > 0) _beating = BeatAsync(TimeSpan.FromMilliseconds(Math.Max(own, wants)));
    }

    async Task BeatAsync(TimeSpan every)
    {
        try
        {
            using var timer = new PeriodicTimer(every, _time);
            while (await timer.WaitForNextTickAsync(_closing.Token)) await WriteAsync("\n"u8.ToArray(), _closing.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or TransientException)
        {
            // Closing, or broken; then whoever sends or receives learns it.
        }
    }

    /// <summary>Sends a frame.</summary>
    public Task SendAsync(StompFrame frame, CancellationToken cancellationToken) => WriteAsync(frame.ToBytes(), cancellationToken);

    /// <summary>
    /// Sends messages to a destination, one behind the other, and returns when the server has them all. What it has is
    /// taken out of the list, also when the rest fails.
    /// </summary>
    /// <exception cref="TransientException">The connection broke; it is not known whether the server has what is left in the list.</exception>
    /// <exception cref="InvalidOperationException">The server refuses a message; it closes the connection then.</exception>
    public async Task PublishAsync(string destination, string contentType, List<byte[]> messages, CancellationToken cancellationToken)
    {
        var open = new OrderedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var message in messages) open.Add((++_receipts).ToString(CultureInfo.InvariantCulture), message);
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Receipts are read while messages go out: a server that cannot write any more does not read either.
        var sending = SendAllAsync(destination, contentType, [.. open], failing.Token);
        try
        {
            while (open.Count > 0) TakeReceipt(await ReceiveAsync(cancellationToken), open);
            await sending;
        }
        catch
        {
            await failing.CancelAsync();
            // What receiving says is said; a message that was cut off makes the connection unusable anyway.
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            messages.Clear();
            messages.AddRange(open.Values);
        }
    }

    async Task SendAllAsync(string destination, string contentType, KeyValuePair<string, byte[]>[] messages, CancellationToken cancellationToken)
    {
        foreach (var (receipt, body) in messages)
        {
            var length = body.Length.ToString(CultureInfo.InvariantCulture);
            // Brokers keep a message over a restart only when they are told to.
            await SendAsync(new StompFrame("SEND", new Dictionary<string, string> { ["destination"] = destination, ["content-type"] = contentType, ["content-length"] = length, ["persistent"] = "true", ["receipt"] = receipt }, body), cancellationToken);
        }
    }

    void TakeReceipt(StompFrame answer, OrderedDictionary<string, byte[]> open)
    {
        if (answer.Command == "RECEIPT" && answer.Header("receipt-id") is { } id) open.Remove(id);
        if (answer.Command == "ERROR") throw new InvalidOperationException($"The STOMP server {_endpoint.Server} refuses a message: {answer.Text}");
    }

    /// <summary>Asks for the messages of a destination; each is to be acknowledged with <see cref="AcknowledgeAsync"/>.</summary>
    public Task SubscribeAsync(string destination, CancellationToken cancellationToken) =>
        SendAsync(new StompFrame("SUBSCRIBE", new Dictionary<string, string> { ["id"] = "1", ["destination"] = destination, ["ack"] = "client-individual" }), cancellationToken);

    /// <summary>Says that a message is safe here.</summary>
    public Task AcknowledgeAsync(StompFrame message, CancellationToken cancellationToken) =>
        // Version 1.2 names the message by "ack", 1.1 by its id and the subscription.
        SendAsync(new StompFrame("ACK", message.Header("ack") is { } id
            ? new Dictionary<string, string> { ["id"] = id }
            : new Dictionary<string, string> { ["message-id"] = message.Header("message-id") ?? "", ["subscription"] = message.Header("subscription") ?? "1" }), cancellationToken);

    async Task WriteAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await _stream.WriteAsync(bytes, cancellationToken);
            await _stream.FlushAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Broken(e.Message, e);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The next frame; heart-beats are none.</summary>
    public async Task<StompFrame> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            string command;
            while ((command = await ReadLineAsync(cancellationToken)).Length == 0)
            {
                // A heart-beat.
            }

            var headers = await ReadHeadersAsync(command, cancellationToken);
            var length = headers.TryGetValue("content-length", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var stated) ? stated : -1;
            return new StompFrame(command, headers, await ReadBodyAsync(length, cancellationToken));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidDataException)
        {
            throw Broken(e.Message, e);
        }
        catch (TimeoutException e)
        {
            throw Broken("it has shown no sign of life in time.", e);
        }
    }

    async Task<Dictionary<string, string>> ReadHeadersAsync(string command, CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) throw new InvalidDataException($"'{line}' is no header of STOMP.");
            var (name, value) = (line[..colon], line[(colon + 1)..]);
            // Of headers of the same name the first counts.
            if (command == "CONNECTED") headers.TryAdd(name, value);
            else headers.TryAdd(StompFrame.Unescape(name), StompFrame.Unescape(value));
        }

        return headers;
    }

    async Task<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        var read = await _reader.ReadAsync(cancellationToken).AsTask().WaitAsync(_patience, _time, cancellationToken);
        return read.IsCompleted && read.Buffer.IsEmpty ? throw new IOException("the server has closed it.") : read;
    }

    async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.Buffer.Length > MostHeadBytes) throw new InvalidDataException("a line of its head is too long.");
            if (read.IsCompleted) throw new IOException("the server has closed it within a frame.");
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The body, and the zero behind it.</summary>
    async Task<byte[]> ReadBodyAsync(int length, CancellationToken cancellationToken)
    {
        if (length > MostBodyBytes) throw new InvalidDataException($"a message of {length} bytes is announced; at most {MostBodyBytes} are taken.");
        while (true)
        {
            var read = await ReadAsync(cancellationToken);
            var end = length >= 0
                ? read.Buffer.Length > length ? read.Buffer.GetPosition(length) : (SequencePosition?)null
                : read.Buffer.PositionOf((byte)0);
            if (end is { } found)
            {
                var body = read.Buffer.Slice(0, found).ToArray();
                _reader.AdvanceTo(read.Buffer.GetPosition(1, found));
                return body;
            }

            if (read.Buffer.Length > MostBodyBytes) throw new InvalidDataException("a message is too long.");
            if (read.IsCompleted) throw new IOException("the server has closed it within a message.");
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    TransientException Broken(string why, Exception e) => new($"The connection to the STOMP server {_endpoint.Server}, port {_endpoint.Port}, broke: {why}", inner: e);

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _closing.CancelAsync();
        await _beating;
        await _stream.DisposeAsync();
        _writing.Dispose();
        _closing.Dispose();
    }
}
