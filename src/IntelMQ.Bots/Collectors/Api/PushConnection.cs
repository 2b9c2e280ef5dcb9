using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace IntelMQ.Bots.Collectors.Api;

/// <summary>
/// A connection over which others send: as much of HTTP/1.1 (RFC 9112) as a server with one resource needs, which is
/// requests one after the other, with a length or in chunks, and <c>Expect: 100-continue</c>.
/// </summary>
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
                if (head.Refusal is null && head.ExpectsContinue) await SendAsync("HTTP/1.1 100 Continue\r\n\r\n", cancellationToken);
                var body = await ReadBodyAsync(head, cancellationToken);
                if (head.Refusal is null) await take(body, cancellationToken);
                await AnswerAsync(head.Refusal?.Status ?? "200 OK", head.Refusal?.Header, head.KeepsAlive, cancellationToken);
                if (!head.KeepsAlive) return;
            }
        }
        catch (InvalidDataException e)
        {
            await AnswerAsync(e.Data["status"] as string ?? "400 Bad Request", null, keepsAlive: false, cancellationToken);
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
        if (parts.Length != 3 || !parts[2].StartsWith("HTTP/1.", StringComparison.Ordinal)) throw Bad("400 Bad Request");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var room = MostHeadBytes - line.Length;
        while (await ReadLineAsync(room, isFirst: false, cancellationToken) is { Length: > 0 } header)
        {
            room -= header.Length + 2;
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) throw Bad("400 Bad Request");
            var (name, value) = (header[..colon], header[(colon + 1)..].Trim());
            // Two lengths are how requests are smuggled past a server before this one.
            if (!headers.TryAdd(name, value) && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) throw Bad("400 Bad Request");
        }

        return new RequestHead(parts[0], parts[1].Split('?')[0], parts[2], headers);
    }

    sealed record Refusal(string Status, string? Header);

    sealed class RequestHead(string method, string path, string version, Dictionary<string, string> headers)
    {
        public Refusal? Refusal { get; } = path != Resource ? new("404 Not Found", null) : method != "POST" ? new("405 Method Not Allowed", "Allow: POST\r\n") : null;

        public bool KeepsAlive { get; } = version == "HTTP/1.1" && !Is("Connection", "close", headers);

        public bool ExpectsContinue { get; } = Is("Expect", "100-continue", headers);

        public bool IsChunked { get; } = Is("Transfer-Encoding", "chunked", headers);

        public bool HasOtherEncoding => headers.ContainsKey("Transfer-Encoding") && (!IsChunked || headers.ContainsKey("Content-Length"));

        public string? Length => headers.GetValueOrDefault("Content-Length");

        static bool Is(string name, string value, Dictionary<string, string> headers) =>
            headers.TryGetValue(name, out var text) && text.Equals(value, StringComparison.OrdinalIgnoreCase);
    }

    async Task<byte[]> ReadBodyAsync(RequestHead head, CancellationToken cancellationToken)
    {
        if (head.HasOtherEncoding) throw Bad("501 Not Implemented");
        if (head.IsChunked) return await ReadChunksAsync(cancellationToken);
        if (head.Length is not { } text) return [];
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length)) throw Bad("400 Bad Request");
        using var body = new MemoryStream();
        await CopyAsync(length, body, cancellationToken);
        return body.ToArray();
    }

    async Task<byte[]> ReadChunksAsync(CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var line = await ReadLineAsync(MostHeadBytes, isFirst: false, cancellationToken) ?? throw new EndOfStreamException();
            if (!int.TryParse(line.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0) throw Bad("400 Bad Request");
            if (length == 0) break;
            await CopyAsync(length, body, cancellationToken);
            if (await ReadLineAsync(MostHeadBytes, isFirst: false, cancellationToken) is not "") throw Bad("400 Bad Request");
        }

        while (await ReadLineAsync(MostHeadBytes, isFirst: false, cancellationToken) is { Length: > 0 })
        {
            // Trailers say nothing that is needed here.
        }

        return body.ToArray();
    }

    async Task CopyAsync(long length, MemoryStream to, CancellationToken cancellationToken)
    {
        if (to.Length + length > mostBytes) throw Bad("413 Content Too Large");
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
                return line.Length <= most ? line : throw Bad("431 Request Header Fields Too Large");
            }

            if (read.Buffer.Length > most)
            {
                _reader.AdvanceTo(read.Buffer.End);
                throw Bad("431 Request Header Fields Too Large");
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

    static InvalidDataException Bad(string status) => new(status) { Data = { ["status"] = status } };
}
