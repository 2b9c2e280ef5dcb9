using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IntelMQ.Bots.Tests.Outputs;

/// <summary>A stand-in for a mail server: says yes to all that it is not told to refuse, and keeps what it is given.</summary>
sealed class MailServer : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly List<string> _commands = [];
    readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);

    public MailServer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public long Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public IReadOnlyList<string> Commands
    {
        get
        {
            lock (_commands) return [.. _commands];
        }
    }

    /// <summary>The lines of the last mail.</summary>
    public IReadOnlyList<string> Mail { get; private set; } = [];

    public void Answer(string beginning, string answer) => _answers[beginning] = answer;

    async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await ServeAsync(client.GetStream());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            catch (IOException)
            {
                // A client that went away; the next one may come.
            }
        }
    }

    async Task ServeAsync(Stream stream)
    {
        using var reader = new StreamReader(stream);
        await SayAsync(stream, "220 mail.example.com");
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_commands) _commands.Add(line);
            var answer = _answers.FirstOrDefault(pair => line.StartsWith(pair.Key, StringComparison.Ordinal)).Value;
            if (answer is null && line == "DATA")
            {
                await SayAsync(stream, "354 go on");
                Mail = await ReadMailAsync(reader);
            }

            await SayAsync(stream, answer ?? (line.StartsWith("EHLO", StringComparison.Ordinal) ? "250-mail.example.com\r\n250 AUTH PLAIN" : "250 ok"));
        }
    }

    static async Task<List<string>> ReadMailAsync(StreamReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync() is { } line && line != ".") lines.Add(line.StartsWith("..", StringComparison.Ordinal) ? line[1..] : line);
        return lines;
    }

    static async Task SayAsync(Stream stream, string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"));

    public void Dispose() => _listener.Dispose();
}
