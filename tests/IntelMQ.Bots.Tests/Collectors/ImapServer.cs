using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Tests.Collectors;

/// <summary>A stand-in for a mail server: as much of IMAP4rev1 as the collectors use, with one folder. It is no real server; those are stricter.</summary>
sealed partial class ImapServer : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly List<byte[]> _mails = [];
    readonly HashSet<int> _seen = [];
    readonly List<string> _commands = [];
    readonly CancellationTokenSource _stopping = new();
    readonly Task _serving;

    [GeneratedRegex(@"^UID (?<verb>FETCH|STORE) (?<uid>\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex OnMail { get; }

    public ImapServer(params string[] mails) : this([.. mails.Select(Encoding.UTF8.GetBytes)])
    {
    }

    public ImapServer(IReadOnlyList<byte[]> mails)
    {
        _mails.AddRange(mails);
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The parameters with which a collector finds it.</summary>
    public IReadOnlyDictionary<string, object?> Access => new Dictionary<string, object?>
    {
        ["mail_host"] = "127.0.0.1",
        ["mail_port"] = (long)Port,
        ["mail_ssl"] = false,
        ["mail_user"] = "user",
        ["mail_password"] = "pass\"word",
    };

    /// <summary>The same as members of a JSON object.</summary>
    public string Parameters => string.Create(CultureInfo.InvariantCulture, $"\"mail_host\": \"127.0.0.1\", \"mail_port\": {Port}, \"mail_ssl\": false, \"mail_user\": \"user\", \"mail_password\": \"pass\\\"word\"");

    /// <summary>The numbers of mails that were marked, from 1.</summary>
    public IEnumerable<int> Seen => _seen.Order();

    /// <summary>What was asked.</summary>
    public IReadOnlyList<string> Commands => _commands;

    /// <summary>Ends the connection, once, instead of marking a mail.</summary>
    public bool BreaksBeforeMarking { get; set; }

    async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                await TalkUntilGoneAsync(client.GetStream());
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    async Task TalkUntilGoneAsync(NetworkStream stream)
    {
        try
        {
            await TalkAsync(stream);
        }
        catch (IOException)
        {
            // A client that says LOGOUT need not wait for the answer.
        }
    }

    async Task TalkAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        await SendAsync(stream, "* OK ready\r\n");
        while (await reader.ReadLineAsync(_stopping.Token) is { } line)
        {
            var (tag, command) = (line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            _commands.Add(command);
            if (BreaksBeforeMarking && command.StartsWith("UID STORE", StringComparison.Ordinal))
            {
                BreaksBeforeMarking = false;
                return;
            }

            await AnswerAsync(stream, command);
            var isRefused = command.StartsWith("LOGIN", StringComparison.Ordinal) && command != "LOGIN \"user\" \"pass\\\"word\"";
            await SendAsync(stream, $"{tag} {(isRefused ? "NO wrong user or password" : "OK done")}\r\n");
        }
    }

    async Task AnswerAsync(NetworkStream stream, string command)
    {
        if (command.StartsWith("UID SEARCH", StringComparison.Ordinal))
        {
            await SendAsync(stream, $"* SEARCH {string.Join(' ', Enumerable.Range(1, _mails.Count).Where(uid => !_seen.Contains(uid)))}\r\n");
        }
        else if (OnMail.Match(command) is { Success: true } match)
        {
            var uid = int.Parse(match.Groups["uid"].Value, CultureInfo.InvariantCulture);
            if (match.Groups["verb"].Value == "STORE")
            {
                _seen.Add(uid);
                return;
            }

            await SendAsync(stream, string.Create(CultureInfo.InvariantCulture, $"* {uid} FETCH (UID {uid} BODY[] {{{_mails[uid - 1].Length}}}\r\n"));
            await stream.WriteAsync(_mails[uid - 1], _stopping.Token);
            await SendAsync(stream, ")\r\n");
        }
    }

    async Task SendAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), _stopping.Token);

    public async ValueTask DisposeAsync()
    {
        // A listener that is stopped first refuses the next Accept with another error than the cancelled one.
        await _stopping.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stopping.Dispose();
    }
}
