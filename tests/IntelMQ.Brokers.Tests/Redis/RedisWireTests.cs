using System.Diagnostics;
using System.Text;
using IntelMQ.Brokers.Redis;
using IntelMQ.Redis.TestServer;

namespace IntelMQ.Brokers.Tests.Redis;

/// <summary>What stands in the server, and neighbours that are bots of the original on the wire.</summary>
public sealed class RedisWireTests(SharedRedisServer shared) : IClassFixture<SharedRedisServer>, IAsyncLifetime
{
    RedisBroker _broker = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    RedisServerProcess Server => shared.Server;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServerProcess.Missing is null, RedisServerProcess.Missing ?? "");
        await Server.RunAsync("FLUSHALL");
        _broker = new RedisBroker(new RedisBrokerOptions { Server = Server.Options, IdleCheck = TimeSpan.FromMilliseconds(200) });
        foreach (var queue in (string[])["in", "middle", "out"]) await _broker.DeclareAsync(queue, QueueLimits.None, Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
    }

    async Task SendAsync(string queue, params IEnumerable<byte[]> bodies)
    {
        var commit = new Commit();
        foreach (var body in bodies) commit.Send(queue, body);
        await _broker.CommitAsync(commit, Token);
    }

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    static IEnumerable<byte[]> Texts(params IEnumerable<string> texts) => texts.Select(Bytes);

    [Fact]
    public async Task Messages_are_pushed_on_the_left_and_taken_from_the_right_into_the_internal_list_until_they_are_acknowledged()
    {
        await SendAsync("in", Texts("1", "2", "3", "4"));
        Assert.Equal(["4", "3", "2", "1"], await Server.ListAsync("in"));
        await using var receiver = await _broker.SubscribeAsync("in", Token);

        var received = await receiver.ReceiveAsync(3, Token);
        Assert.Equal(["4"], await Server.ListAsync("in"));
        Assert.Equal(["3", "2", "1"], await Server.ListAsync("in-internal"));

        var commit = new Commit { Source = receiver };
        commit.Acknowledge(received[1].Tag);
        commit.Send("out", Bytes("made of 2"));
        await _broker.CommitAsync(commit, Token);
        Assert.Equal(["3", "1"], await Server.ListAsync("in-internal"));
        Assert.Equal(["made of 2"], await Server.ListAsync("out"));
        Assert.Equal(["in", "in-internal", "out"], (await Server.RunAsync("KEYS", "*")).AsList().Select(key => key.AsText()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_bot_of_the_original_left_in_the_internal_list_comes_first()
    {
        await Server.RunAsync("LPUSH", "in-internal", "old 1", "old 2");
        await SendAsync("in", Texts("new"));
        await using var receiver = await _broker.SubscribeAsync("in", Token);

        var first = await receiver.ReceiveAsync(10, Token);
        var second = await receiver.ReceiveAsync(10, Token);

        Assert.Equal(["old 1", "old 2"], first.Select(delivery => Encoding.UTF8.GetString(delivery.Body.Span)));
        Assert.All(first, delivery => Assert.True(delivery.Redelivered));
        Assert.Equal("new", Encoding.UTF8.GetString(Assert.Single(second).Body.Span));
    }

    [Fact]
    public async Task More_in_the_internal_list_than_one_look_takes_in_all_comes_before_the_queue()
    {
        const int old = 5000;
        await Server.RunAsync("LPUSH", ["in-internal", .. Enumerable.Range(0, old).Select(number => $"{number}")]);
        await SendAsync("in", Texts("new"));
        await using var receiver = await _broker.SubscribeAsync("in", Token);

        var all = new List<string>();
        while (all.Count <= old)
        {
            var commit = new Commit { Source = receiver };
            foreach (var delivery in await receiver.ReceiveAsync(512, Token))
            {
                all.Add(Encoding.UTF8.GetString(delivery.Body.Span));
                commit.Acknowledge(delivery.Tag);
            }

            await _broker.CommitAsync(commit, Token);
        }

        Assert.Equal([.. Enumerable.Range(0, old).Select(number => $"{number}"), "new"], all);
    }

    /// <summary>A message as the original writes it, and bytes that no text holds by itself.</summary>
    static IEnumerable<byte[]> Awkward =>
    [
        Bytes("""{"feed.name": "Beispiel", "source.ip": "192.0.2.1", "time.source": "2026-01-01T00:00:00+00:00", "extra": "{\"a\": [1, 2.5, null, true]}", "__type": "Event"}"""),
        Bytes("""{"raw": "Z3LDvMOfZQ==", "comment": "gr\u00fc\u00dfe \ud83d\ude00 \u0000 \u2028 \\ \" /", "__type": "Report"}"""),
        Bytes("grüße 中文 😀 ohne Escapes\r\n\t"),
        [0, 1, 2, 0, 255, 254, 13, 10, 0],
        new byte[3_000_000],
        Bytes("{}"),
    ];

    [Fact]
    public async Task Between_two_bots_of_the_original_every_byte_arrives_as_it_was_sent()
    {
        var files = Directory.CreateTempSubdirectory("imq-wire-");
        try
        {
            var sent = Awkward.ToList();
            for (var i = 0; i < sent.Count; i++) await File.WriteAllBytesAsync(Path.Combine(files.FullName, $"sent-{i}"), sent[i], Token);

            // Collector of the original, our bot, a bot of the original, our output.
            var collector = await RunPythonAsync("send", files.FullName, "in", $"{sent.Count}");
            await MoveAsync("in", "middle", sent.Count);
            var expert = await RunPythonAsync("pass-on", files.FullName, "middle", "out", $"{sent.Count}");
            await using var output = await _broker.SubscribeAsync("out", Token);
            var arrived = new List<byte[]>();
            while (arrived.Count < sent.Count) arrived.AddRange((await output.ReceiveAsync(10, Token)).Select(delivery => delivery.Body.ToArray()));

            Assert.Equal(("", ""), (collector, expert));
            Assert.Equal(sent, arrived);
            for (var i = 0; i < sent.Count; i++) Assert.Equal(sent[i], await File.ReadAllBytesAsync(Path.Combine(files.FullName, $"seen-{i}"), Token));
            Assert.Empty(await Server.ListAsync("middle-internal"));
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_bot_of_the_original_that_is_ended_with_a_message_in_hand_leaves_it_to_ours_and_ours_to_it()
    {
        var files = Directory.CreateTempSubdirectory("imq-wire-");
        try
        {
            await SendAsync("in", Texts("1", "2", "3"));
            Assert.Equal("", await RunPythonAsync("take-and-die", files.FullName, "in"));

            await using (var receiver = await _broker.SubscribeAsync("in", Token))
            {
                Assert.Equal("1", Encoding.UTF8.GetString(Assert.Single(await receiver.ReceiveAsync(1, Token)).Body.Span));
                // Ours ends with the message in hand too.
            }

            await _broker.DisposeAsync();
            Assert.Equal("", await RunPythonAsync("pass-on", files.FullName, "in", "out", "3"));
            Assert.Equal(["3", "2", "1"], await Server.ListAsync("out"));
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    async Task MoveAsync(string from, string to, int count)
    {
        await using var receiver = await _broker.SubscribeAsync(from, Token);
        for (var moved = 0; moved < count;)
        {
            var commit = new Commit { Source = receiver };
            foreach (var delivery in await receiver.ReceiveAsync(3, Token))
            {
                commit.Send(to, delivery.Body);
                commit.Acknowledge(delivery.Tag);
                moved++;
            }

            await _broker.CommitAsync(commit, Token);
        }
    }

    /// <returns>What it said on its error output; nothing when all went well.</returns>
    async Task<string> RunPythonAsync(string what, params string[] arguments)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Redis", "original_bot.py");
        var start = new ProcessStartInfo("/usr/bin/python3", [script, Server.SocketPath, what, .. arguments]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return errors;
    }
}
