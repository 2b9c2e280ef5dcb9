using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>
/// As much of IMAP4rev1 (RFC 3501) as a collector needs: log in, select a folder, search, fetch whole mails without marking
/// them, mark them. Commands go out one after the other.
/// </summary>
sealed class ImapClient : IAsyncDisposable
{
    const int MostLineBytes = 1024 * 1024;
    const int MostLiteralBytes = 512 * 1024 * 1024;

    readonly TimeSpan _patience;
    readonly TimeProvider _time;
    readonly byte[] _buffer = new byte[64 * 1024];
    Stream _stream;
    int _start;
    int _end;
    int _tag;

    ImapClient(Stream stream, TimeSpan patience, TimeProvider time) => (_stream, _patience, _time) = (stream, patience, time);

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="TransientException">The server cannot be reached.</exception>
    /// <exception cref="ImapException">The server refuses user or password.</exception>
    public static async Task<ImapClient> ConnectAsync(MailCollectorOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        ImapClient? client = null;
        try
        {
            client = new ImapClient(Stream.Null, options.HttpTimeoutSec, time);
            await socket.ConnectAsync(options.MailHost, options.PortInUse, cancellationToken).AsTask().WaitAsync(client._patience, time, cancellationToken);
            client._stream = new NetworkStream(socket, ownsSocket: true);
            if (options.MailSsl) await client.EncryptAsync(options, cancellationToken);
            await client.ReadResponseAsync(cancellationToken);
            if (options is { MailSsl: false, MailStarttls: true })
            {
                await client.CommandAsync("STARTTLS", cancellationToken);
                // What came before the encryption could be anybody's.
                (client._start, client._end) = (0, 0);
                await client.EncryptAsync(options, cancellationToken);
            }

            await client.CommandAsync($"LOGIN {Quote(options.MailUser)} {Quote(options.MailPassword)}", cancellationToken);
            return client;
        }
        catch (Exception e)
        {
            if (client is not null) await client.DisposeAsync();
            socket.Dispose();
            if (e is SocketException or IOException or TimeoutException or System.Security.Authentication.AuthenticationException)
                throw new TransientException($"The mail server {options.MailHost}, port {options.PortInUse}, cannot be reached: {e.Message}", inner: e);
            throw;
        }
    }

    async Task EncryptAsync(MailCollectorOptions options, CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsClientAsync(MailTls.Options(options), cancellationToken).WaitAsync(_patience, _time, cancellationToken);
        _stream = tls;
    }

    /// <summary>Opens a folder for reading and marking.</summary>
    public Task SelectAsync(string folder, CancellationToken cancellationToken) => CommandAsync($"SELECT {Quote(ModifiedUtf7.Encode(folder))}", cancellationToken);

    /// <summary>The numbers of the unseen mails from and to someone.</summary>
    public async Task<IReadOnlyList<string>> SearchUnseenAsync(string? from, string? to, CancellationToken cancellationToken)
    {
        var criteria = "UNSEEN" + (string.IsNullOrEmpty(from) ? "" : $" FROM {Quote(from)}") + (string.IsNullOrEmpty(to) ? "" : $" TO {Quote(to)}");
        var responses = await CommandAsync($"UID SEARCH {criteria}", cancellationToken);
        return [.. responses.Where(r => r.Text.StartsWith("* SEARCH", StringComparison.OrdinalIgnoreCase)).SelectMany(r => r.Text["* SEARCH".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))];
    }

    /// <summary>A mail as it is; null when it has gone in the meantime.</summary>
    public async Task<byte[]?> FetchAsync(string uid, CancellationToken cancellationToken)
    {
        var responses = await CommandAsync($"UID FETCH {uid} (BODY.PEEK[])", cancellationToken);
        return responses.FirstOrDefault(r => r.Text.Contains(" FETCH ", StringComparison.OrdinalIgnoreCase) && r.Literals.Count > 0)?.Literals[0];
    }

    /// <summary>Marks a mail as seen.</summary>
    public Task MarkSeenAsync(string uid, CancellationToken cancellationToken) => CommandAsync($@"UID STORE {uid} +FLAGS (\Seen)", cancellationToken);

    /// <summary>Says good bye; it is no matter when the server does not hear it.</summary>
    public async Task LogOutAsync(IBotLog log, CancellationToken cancellationToken)
    {
        try
        {
            await CommandAsync("LOGOUT", cancellationToken);
        }
        catch (Exception e) when (e is IOException or TimeoutException or ImapException)
        {
            log.Debug($"The mail server has not answered the logout: {e.Message}");
        }
    }

    static string Quote(string text) =>
        text.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0
            ? throw new ConfigurationException("A parameter for the mail server contains a line end.")
            : "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    async Task<List<ImapResponse>> CommandAsync(string command, CancellationToken cancellationToken)
    {
        var tag = string.Create(CultureInfo.InvariantCulture, $"a{++_tag}");
        await _stream.WriteAsync(Encoding.UTF8.GetBytes($"{tag} {command}\r\n"), cancellationToken).AsTask().WaitAsync(_patience, _time, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
        var responses = new List<ImapResponse>();
        while (true)
        {
            var response = await ReadResponseAsync(cancellationToken);
            if (!response.Text.StartsWith(tag + " ", StringComparison.Ordinal))
            {
                responses.Add(response);
                continue;
            }

            if (response.Text.AsSpan(tag.Length + 1).StartsWith("OK", StringComparison.OrdinalIgnoreCase)) return responses;
            throw new ImapException($"The mail server has refused {command.Split(' ')[0]}: {response.Text[(tag.Length + 1)..]}");
        }
    }

    /// <summary>One response: a line, and the literals that it announces.</summary>
    async Task<ImapResponse> ReadResponseAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var literals = new List<byte[]>();
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken);
            text.Append(line);
            if (LiteralLength(line) is not { } length) break;
            if (length > MostLiteralBytes) throw new ImapException($"The mail server announces a mail of {length} bytes; at most {MostLiteralBytes} are taken.");
            var literal = new byte[length];
            await ReadExactlyAsync(literal, cancellationToken);
            literals.Add(literal);
        }

        return new ImapResponse(text.ToString(), literals);
    }

    static long? LiteralLength(string line)
    {
        var open = line.LastIndexOf('{');
        return line.EndsWith('}') && open >= 0 && long.TryParse(line.AsSpan(open + 1, line.Length - open - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;
    }

    async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        using var line = new MemoryStream();
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            var take = end < 0 ? _end - _start : end + 1;
            line.Write(_buffer.AsSpan(_start, take));
            _start += take;
            if (end >= 0) return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length).TrimEnd('\r', '\n');
            if (line.Length > MostLineBytes) throw new ImapException("The mail server sends a line without end.");
            await FillAsync(cancellationToken);
        }
    }

    async Task ReadExactlyAsync(Memory<byte> to, CancellationToken cancellationToken)
    {
        while (to.Length > 0)
        {
            if (_start == _end) await FillAsync(cancellationToken);
            var take = Math.Min(to.Length, _end - _start);
            _buffer.AsMemory(_start, take).CopyTo(to);
            _start += take;
            to = to[take..];
        }
    }

    async Task FillAsync(CancellationToken cancellationToken)
    {
        (_start, _end) = (0, 0);
        _end = await _stream.ReadAsync(_buffer, cancellationToken).AsTask().WaitAsync(_patience, _time, cancellationToken);
        if (_end == 0) throw new IOException("The mail server has closed the connection.");
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    sealed record ImapResponse(string Text, IReadOnlyList<byte[]> Literals);
}

/// <summary>The mail server has refused a command.</summary>
sealed class ImapException(string message) : Exception(message);
