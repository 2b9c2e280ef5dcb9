using System.Net;
using System.Net.Sockets;
using System.Text;
using IntelMQ.Bots.Tests.Outputs;
using IntelMQ.Conformance.Library;
using IntelMQ.Redis;
using IntelMQ.Redis.TestServer;

namespace IntelMQ.Conformance.Bots;

/// <summary>The other end of an output's connection, which keeps what it is sent.</summary>
abstract class RecordedPeer : IAsyncDisposable
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Parameters that lead the bot here instead of to where the recording was made.</summary>
    public abstract IReadOnlyDictionary<string, object?> Parameters { get; }

    /// <summary>How what came differs from what was recorded, or null.</summary>
    public abstract Task<string?> DifferenceAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <summary>The peer that a step of a bot needs; null if it needs none.</summary>
    /// <exception cref="NotSupportedException">It is not known how to lead this bot to a peer.</exception>
    public static async Task<RecordedPeer?> ForAsync(string bot, Vector step)
    {
        if (step.Has("database")) return new RecordedDatabase(new Vector(step.Map("database")));
        var connections = step.Records("socket").ToList();
        return bot switch
        {
            "intelmq.bots.outputs.redis.output" => await RedisAsync(step, static port => new() { ["redis_server_ip"] = "127.0.0.1", ["redis_server_port"] = port }),
            "intelmq.bots.outputs.smtp_batch.output" => await RedisAsync(step, static port => new() { ["redis_cache_host"] = "127.0.0.1", ["redis_cache_port"] = port, ["redis_cache_db"] = RedisPeer.DatabaseOfTests }),
            "intelmq.bots.outputs.smtp.output" or "intelmq.bots.outputs.templated_smtp.output" => new MailPeer(step),
            _ when connections.Count == 0 => null,
            "intelmq.bots.collectors.tcp.collector" => new RecordedClient(connections),
            "intelmq.bots.experts.uwhoisd.expert" => new RecordedServer(connections, "server", "port"),
            "intelmq.bots.outputs.tcp.output" => new RecordedServer(connections, "ip", "port"),
            "intelmq.bots.outputs.udp.output" => new UdpPeer(connections[0]),
            _ => throw new NotSupportedException($"It is not known by which parameters {bot} is led to a server."),
        };
    }

    static async Task<RedisPeer> RedisAsync(Vector step, Func<long, Dictionary<string, object?>> parameters)
    {
        var server = await RedisServerProcess.StartAsync(withPort: true);
        return new(server, step, parameters(server.Port));
    }

    protected static string Sent(Vector connection) =>
        string.Concat(connection.Records("events").Where(static e => e.Text("dir") == "send").Select(static e => e.MapOrEmpty("data").GetValueOrDefault("text") as string));

    protected static string? Compare(string what, string expected, string actual) =>
        expected == actual ? null : $"{what}: {Vector.Show(actual)} instead of {Vector.Show(expected)}";

    /// <summary>Reads until enough has come, or nothing more comes.</summary>
    protected static async Task<string> ReadAsync(int bytes, Func<CancellationToken, Task<byte[]>> read, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var received = new List<byte>();
        try
        {
            while (received.Count < bytes && await read(limit.Token) is { Length: > 0 } part) received.AddRange(part);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What is missing shows in the comparison.
        }

        return Encoding.UTF8.GetString([.. received]);
    }
}

sealed class UdpPeer(Vector connection) : RecordedPeer
{
    readonly UdpClient _receiver = new(new IPEndPoint(IPAddress.Loopback, 0));
    readonly string _expected = Sent(connection);

    public override IReadOnlyDictionary<string, object?> Parameters =>
        new Dictionary<string, object?> { ["udp_host"] = "127.0.0.1", ["udp_port"] = (long)((IPEndPoint)_receiver.Client.LocalEndPoint!).Port };

    public override async Task<string?> DifferenceAsync(CancellationToken cancellationToken) =>
        Compare("the datagrams", _expected, await ReadAsync(Encoding.UTF8.GetByteCount(_expected), async token => (await _receiver.ReceiveAsync(token)).Buffer, cancellationToken));

    public override ValueTask DisposeAsync()
    {
        _receiver.Dispose();
        return default;
    }
}

/// <summary>A real server, whose lists are compared.</summary>
sealed class RedisPeer(RedisServerProcess server, Vector step, IReadOnlyDictionary<string, object?> parameters) : RecordedPeer
{
    /// <summary>The one that the test library of the original gives all bots for their cache.</summary>
    public const long DatabaseOfTests = 4;

    // What bots are called in the recordings, and by the harness.
    const string RecordedId = "test-bot:", Id = "test:";

    public override IReadOnlyDictionary<string, object?> Parameters => parameters;

    public override async Task<string?> DifferenceAsync(CancellationToken cancellationToken)
    {
        foreach (var (database, keys) in step.MapOrEmpty("redis").GetValueOrDefault("after") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>())
        {
            await using var connection = await RedisConnection.OpenAsync(server.Options with { Database = int.Parse(database, System.Globalization.CultureInfo.InvariantCulture) }, cancellationToken);
            foreach (var (key, entry) in (IReadOnlyDictionary<string, object?>)keys!)
            {
                var expected = new Vector((IReadOnlyDictionary<string, object?>)entry!).List("value").Cast<string>();
                var actual = (await connection.ExecuteAsync("LRANGE", key.StartsWith(RecordedId, StringComparison.Ordinal) ? Id + key[RecordedId.Length..] : key, "0", "-1")).AsList().Select(static reply => reply.AsText());
                if (Compare(key, string.Join('\n', expected), string.Join('\n', actual)) is { } difference) return difference;
            }
        }

        return null;
    }

    public override ValueTask DisposeAsync() => server.DisposeAsync();
}

/// <summary>A stand-in for a mail server; who writes to whom, subject, and parts are compared.</summary>
sealed class MailPeer(Vector step) : RecordedPeer
{
    readonly MailServer _server = new();

    public override IReadOnlyDictionary<string, object?> Parameters => new Dictionary<string, object?> { ["smtp_host"] = "127.0.0.1", ["smtp_port"] = _server.Port };

    public override Task<string?> DifferenceAsync(CancellationToken cancellationToken)
    {
        var call = step.Records("smtp").Last(static call => call.Text("call") == "send_message");
        var mail = new Vector((IReadOnlyDictionary<string, object?>)call.List("args")[0]!);
        var envelope = new Vector(call.Map("kwargs"));
        var expected = new List<string> { $"MAIL FROM:<{envelope.Text("from_addr")}>" };
        expected.AddRange(envelope.List("to_addrs").Select(static to => $"RCPT TO:<{to}>"));
        expected.AddRange(mail.List("headers").Cast<IReadOnlyList<object?>>().Where(static header => header[0] is "Subject" or "From" or "To").Select(static header => $"{header[0]}: {header[1]}"));
        foreach (var part in mail.Records("parts")) expected.Add($"{part.Text("content_type")} {part.Text("filename")} {part.MapOrEmpty("body").GetValueOrDefault("text")}");

        var actual = _server.Commands.Where(static command => command.Contains(":<", StringComparison.Ordinal)).ToList();
        actual.AddRange(_server.Mail.Where(static line => line.StartsWith("Subject: ", StringComparison.Ordinal) || line.StartsWith("From: ", StringComparison.Ordinal) || line.StartsWith("To: ", StringComparison.Ordinal)));
        actual.AddRange(Parts(_server.Mail));
        return Task.FromResult(Compare("the mail", string.Join('\n', expected), string.Join('\n', actual)));
    }

    static IEnumerable<string> Parts(IReadOnlyList<string> mail)
    {
        const string beginning = "Content-Type: multipart/mixed; boundary=\"";
        var boundary = "--" + mail.First(static line => line.StartsWith(beginning, StringComparison.Ordinal))[beginning.Length..^1];
        foreach (var part in string.Join("\r\n", mail).Split(boundary + "\r\n")[1..])
        {
            var (head, body) = part.Split("\r\n\r\n", 2) is [var first, var second] ? (first, second.Split("\r\n" + boundary)[0]) : (part, "");
            // The split above takes the line end of the last part only; the one before a boundary belongs to the boundary.
            if (!part.Contains(boundary, StringComparison.Ordinal)) body = body[..^2];
            if (head.Contains("base64", StringComparison.Ordinal)) body = Encoding.UTF8.GetString(Convert.FromBase64String(body));
            yield return $"{Between(head, "Content-Type: ", ";")} {Between(head, "filename=\"", "\"")} {body.ReplaceLineEndings("\n")}";
        }
    }

    static string Between(string text, string before, string after) =>
        text.Split(before) is [_, var rest, ..] ? rest.Split(after)[0] : "";

    public override ValueTask DisposeAsync()
    {
        _server.Dispose();
        return default;
    }
}
