using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace IntelMQ.Bots.Clients.Smtp;

/// <summary>Hands mails over to a server (RFC 5321, STARTTLS of RFC 3207, AUTH PLAIN and LOGIN of RFC 4954).</summary>
sealed class SmtpSession : IAsyncDisposable
{
    readonly SmtpOptions _options;
    Stream _stream;
    StreamReader _reader;
    string _extensions = "";

    SmtpSession(SmtpOptions options, Stream stream)
    {
        _options = options;
        _stream = stream;
        _reader = new StreamReader(stream, Encoding.Latin1, false, 1024, leaveOpen: true);
    }

    /// <summary>Sends one mail over a connection of its own.</summary>
    /// <exception cref="TransientException">The server does not answer, or takes no mail now.</exception>
    /// <exception cref="InvalidMessageException">The server refuses this mail.</exception>
    /// <exception cref="ConfigurationException">The server refuses the login or has no TLS.</exception>
    public static async Task SendAsync(SmtpOptions options, OutgoingMail mail, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await using var session = await OpenAsync(options, either.Token);
            await session.TransferAsync(mail, either.Token);
            await session.SayGoodbyeAsync(either.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or System.Security.Authentication.AuthenticationException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var why = e is OperationCanceledException ? $"no answer within {options.Timeout.TotalSeconds:0} s" : e.Message;
            throw new TransientException($"The mail server at {options.Place} cannot be used: {why}", inner: e);
        }
    }

    static async Task<SmtpSession> OpenAsync(SmtpOptions options, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var session = new SmtpSession(options, Stream.Null);
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, cancellationToken);
            session.Use(new NetworkStream(socket, ownsSocket: true));
            await session.BeginAsync(cancellationToken);
            return session;
        }
        catch (InvalidMessageException e)
        {
            await session.DisposeAsync();
            // No mail was named yet, so none is to blame.
            throw new TransientException($"The mail server at {options.Place} lets nobody in: {e.Message}", inner: e);
        }
        catch
        {
            socket.Dispose();
            await session.DisposeAsync();
            throw;
        }
    }

    void Use(Stream stream)
    {
        _stream = stream;
        _reader.Dispose();
        _reader = new StreamReader(stream, Encoding.Latin1, false, 1024, leaveOpen: true);
    }

    async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (_options.Tls) await EncryptAsync(cancellationToken);
        await ExpectAsync(2, cancellationToken);
        await GreetAsync(cancellationToken);
        if (_options is { StartTls: true, Tls: false })
        {
            if (!Has("STARTTLS")) throw new ConfigurationException($"starttls is true, but the mail server at {_options.Place} does not offer it.");
            await AskAsync("STARTTLS", 2, cancellationToken);
            await EncryptAsync(cancellationToken);
            await GreetAsync(cancellationToken);
        }

        if (_options.HasLogin) await LogInAsync(cancellationToken);
    }

    async Task GreetAsync(CancellationToken cancellationToken) => _extensions = (await AskAsync($"EHLO {HostName}", 2, cancellationToken)).ToUpperInvariant();

    static string HostName => Environment.MachineName.Length > 0 ? Environment.MachineName : "localhost";

    bool Has(string extension) => _extensions.Contains(extension, StringComparison.Ordinal);

    async Task EncryptAsync(CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        var how = new SslClientAuthenticationOptions { TargetHost = _options.Host };
#pragma warning disable CA5359 // The operator has switched verification off for this bot.
        if (!_options.VerifyCertificate) how.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        Use(tls);
        await tls.AuthenticateAsClientAsync(how, cancellationToken);
    }

    async Task LogInAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (Has("PLAIN"))
            {
                await AskAsync("AUTH PLAIN " + Base64($"\0{_options.Username}\0{_options.Password}"), 2, cancellationToken);
                return;
            }

            await AskAsync("AUTH LOGIN", 3, cancellationToken);
            await AskAsync(Base64(_options.Username!), 3, cancellationToken);
            await AskAsync(Base64(_options.Password!), 2, cancellationToken);
        }
        catch (InvalidMessageException e)
        {
            throw new ConfigurationException($"The mail server at {_options.Place} refuses the login of '{_options.Username}': {e.Message}", e);
        }
    }

    static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    async Task TransferAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        await AskAsync($"MAIL FROM:<{Address(mail.Sender)}>", 2, cancellationToken);
        foreach (var recipient in mail.Recipients) await AskAsync($"RCPT TO:<{Address(recipient)}>", 2, cancellationToken);
        await AskAsync("DATA", 3, cancellationToken);
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(mail.ToText().Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + "\r\n.\r\n"), cancellationToken);
        await ExpectAsync(2, cancellationToken);
    }

    /// <summary>The mail is the server's by now: whatever becomes of the farewell, it must not be sent again.</summary>
    async Task SayGoodbyeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _stream.WriteAsync("QUIT\r\n"u8.ToArray(), cancellationToken);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The server ends the session by itself.
        }
    }

    /// <summary>A line end in an address would be a command of its own.</summary>
    static string Address(string text) =>
        text.AsSpan().IndexOfAny('\r', '\n') < 0 && text.AsSpan().IndexOfAny('<', '>') < 0
            ? text
            : throw new InvalidMessageException($"'{text}' is no address of a mail.");

    async Task<string> AskAsync(string command, int expected, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"), cancellationToken);
        return await ExpectAsync(expected, cancellationToken);
    }

    /// <param name="expected">The first digit of the status.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    async Task<string> ExpectAsync(int expected, CancellationToken cancellationToken)
    {
        var all = new StringBuilder();
        while (true)
        {
            var line = await _reader.ReadLineAsync(cancellationToken) ?? throw new IOException("the server has closed the connection");
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)) throw new IOException($"the server answers '{line}', which is not SMTP");
            all.Append(line).Append('\n');
            if (line.Length > 3 && line[3] == '-') continue;
            if (status / 100 == expected) return all.ToString();
            if (status / 100 == 4) throw new TransientException($"The mail server at {_options.Place} takes no mail now: {line}");
            throw new InvalidMessageException($"The mail server at {_options.Place} refuses: {line}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _stream.DisposeAsync();
    }
}
