using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace IntelMQ.Bots.Collectors.Api;

/// <summary>
/// A connection over which others send: as much of HTTP/1.1 (RFC 9112) as a server with one resource needs, which is
/// requests one after the other, with a length or in chunks, and <c>Expect: 100-continue</c>.
/// </summary>
/// <remarks>Kestrel would be another framework to start each host with, and <see cref="System.Net.HttpListener"/> knows no Unix sockets.</remarks>
sealed class PushConnection(Stream stream, TimeProvider time, TimeSpan patience, int mostBytes)
{
    const string Resource = "/intelmq/push";
    const int MostHeadBytes = 32 * 1024;
    const long MostDrainedBytes = 1024 * 1024;

    readonly PipeReader _reader = PipeReader.Create(stream);

    /// <summary>Serves until the other side closes, or has sent what is no HTTP.</summary>
    /// <param name="take">Makes a report of a body and returns when it is safe.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ServeAsync(Func<byte[], CancellationToken, Task> take, CancellationToken cancellationToken)
    {
        try
        {
            while (await ReadHeadAsync(cancellationToken) is { } head)
            {
                var length = LengthOf(head);
                if (head.ExpectsContinue)
                {
                    // Whoever waits for leave to send is told of a refusal before, or would wait for ever.
                    if (head.Refusal is { } refusal) throw new RefusedException(refusal.Status, refusal.Header);
                    await SendAsync("HTTP/1.1 100 Continue\r\n\r\n", cancellationToken);
                }

                var body = await ReadBodyAsync(length, cancellationToken);
                if (head.Refusal is null) await take(body, cancellationToken);
                await AnswerAsync(head.Refusal?.Status ?? "200 OK", head.Refusal?.Header, head.KeepsAlive, cancellationToken);
                if (!head.KeepsAlive) return;
            }
        }
        catch (RefusedException e)
        {
            await AnswerAsync(e.Status, e.Header, keepsAlive: false, cancellationToken);
            await DrainAsync(cancellationToken);
        }
    }

    /// <summary>Waits for the other side to close: closing with bytes unread would reset the connection, and the answer could be lost on its way.</summary>
    async Task DrainAsync(CancellationToken cancellationToken)
    {
        for (var left = MostDrainedBytes; left > 0;)
        {
            var read = await ReadAsync(cancellationToken);
            left -= read.Buffer.Length;
            var isClosed = read.IsCompleted;
            _reader.AdvanceTo(read.Buffer.End);
            if (isClosed) return;
        }
    }

    async Task<RequestHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        if (await ReadLineAsync(MostHeadBytes, isFirst: true, cancellationToken) is not { } line) return null;
        var parts = line.Split(' ');
        if (parts.Length != 3 || !parts[2].StartsWith("HTTP/1.", StringComparison.Ordinal)) throw new RefusedException("400 Bad Request");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var room = MostHeadBytes - line.Length;
        while (await ReadLineAsync(room, isFirst: false, cancellationToken) is { Length: > 0 } header)
        {
            room -= header.Length + 2;
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) throw new RefusedException("400 Bad Request");
            var (name, value) = (header[..colon], header[(colon + 1)..].Trim());
            // Two lengths or encodings are how requests are smuggled past a server before this one.
            if (!headers.TryAdd(name, value) && (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))) throw new RefusedException("400 Bad Request");
        }

        return new RequestHead(parts[0], parts[1].Split('?')[0], parts[2], headers);
    }

    sealed record Refusal(string Status, string? Header);

    sealed class RequestHead(string method, string path, string version, Dictionary<string, string> headers)
    {
        public Refusal? Refusal { get; } = path != Resource ? new("404 Not Found", null) : method != "POST" ? new("405 Method Not Allowed", "Allow: POST\r\n") : null;

        public bool KeepsAlive { get; } = version == "HTTP/1.1" && !Is("Connection", "close", headers);

        public bool ExpectsContinue { get; } = Is("Expect", "100-continue", headers);

        public bool IsChunked { get; } = headers.GetValueOrDefault("Transfer-Encoding")?.Equals("chunked", StringComparison.OrdinalIgnoreCase) ?? false;

        public bool HasOtherEncoding => headers.ContainsKey("Transfer-Encoding") && (!IsChunked || headers.ContainsKey("Content-Length"));

        public string? Length => headers.GetValueOrDefault("Content-Length");

        static bool Is(string name, string value, Dictionary<string, string> headers) =>
            headers.TryGetValue(name, out var text) && text.Split(',', StringSplitOptions.TrimEntries).Contains(value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>How many bytes the body has; null when it comes in chunks.</summary>
    long? LengthOf(RequestHead head)
    {
        if (head.HasOtherEncoding) throw new RefusedException("501 Not Implemented");
        if (head.IsChunked) return null;
        if (head.Length is not { } text) return 0;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length)) throw new RefusedException("400 Bad Request");
        return length <= mostBytes ? length : throw new RefusedException("413 Content Too Large");
    }

    async Task<byte[]> ReadBodyAsync(long? length, CancellationToken cancellationToken)
    {
        if (length is not { } bytes) return await ReadChunksAsync(cancellationToken);
        using var body = new MemoryStream();
        await CopyAsync(bytes, body, cancellationToken);
        return body.ToArray();
    }

    async Task<byte[]> ReadChunksAsync(CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var line = await ReadLineAsync(MostHeadBytes, isFirst: false, cancellationToken) ?? throw new EndOfStreamException();
            if (!int.TryParse(line.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0) throw new RefusedException("400 Bad Request");
            if (length == 0) break;
            await CopyAsync(length, body, cancellationToken);
            if (await ReadLineAsync(MostHeadBytes, isFirst: false, cancellationToken) is not "") throw new RefusedException("400 Bad Request");
        }

        while (await ReadLineAsync(MostHeadBytes, isFirst: false, cancellationToken) is { Length: > 0 })
        {
            // Trailers say nothing that is needed here.
        }

        return body.ToArray();
    }

    async Task CopyAsync(long length, MemoryStream to, CancellationToken cancellationToken)
    {
        if (length > mostBytes - to.Length) throw new RefusedException("413 Content Too Large");
        while (length > 0)
        {
            var read = await ReadAsync(cancellationToken);
            if (read.Buffer.IsEmpty && read.IsCompleted) throw new EndOfStreamException("The sender has closed the connection within a request.");
            var part = read.Buffer.Slice(0, Math.Min(length, read.Buffer.Length));
            foreach (var segment in part) to.Write(segment.Span);
            length -= part.Length;
            _reader.AdvanceTo(part.End);
        }
    }

    /// <summary>The next line without its end; null when the connection was closed before a request.</summary>
    async Task<string?> ReadLineAsync(int most, bool isFirst, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Between requests a connection may be silent for as long as its other side likes.
            var read = isFirst ? await _reader.ReadAsync(cancellationToken) : await ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.Latin1.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                if (isFirst && line.Length == 0) continue;
                return line.Length <= most ? line : throw new RefusedException("431 Request Header Fields Too Large");
            }

            if (read.Buffer.Length > most)
            {
                _reader.AdvanceTo(read.Buffer.End);
                throw new RefusedException("431 Request Header Fields Too Large");
            }

            if (read.IsCompleted) return isFirst && read.Buffer.IsEmpty ? null : throw new EndOfStreamException("The sender has closed the connection within a request.");
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            isFirst = isFirst && read.Buffer.IsEmpty;
        }
    }

    async Task<ReadResult> ReadAsync(CancellationToken cancellationToken) =>
        await _reader.ReadAsync(cancellationToken).AsTask().WaitAsync(patience, time, cancellationToken);

    Task AnswerAsync(string status, string? header, bool keepsAlive, CancellationToken cancellationToken) =>
        SendAsync($"HTTP/1.1 {status}\r\n{header}Content-Length: 0\r\n{(keepsAlive ? "" : "Connection: close\r\n")}\r\n", cancellationToken);

    async Task SendAsync(string text, CancellationToken cancellationToken) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);

    /// <summary>What was sent is answered with an error, and the connection ends.</summary>
    sealed class RefusedException(string status, string? header = null) : Exception(status)
    {
        public string Status { get; } = status;

        public string? Header { get; } = header;
    }
}
