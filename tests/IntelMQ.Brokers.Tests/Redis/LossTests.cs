using System.Diagnostics;
using System.Text;
using IntelMQ.Brokers.CrashProgram;
using IntelMQ.Brokers.Redis;
using IntelMQ.Redis.TestServer;
using IntelMQ.TestServers;

namespace IntelMQ.Brokers.Tests.Redis;

/// <summary>What is lost and what comes twice when servers, networks and bots end without warning.</summary>
public sealed class LossTests(ITestOutputHelper output) : IAsyncLifetime
{
    const int Messages = 10_000;

    RedisServerProcess _server = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServerProcess.Missing is null, RedisServerProcess.Missing ?? "");
        _server = await RedisServerProcess.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    RedisBrokerOptions Options => new()
    {
        Server = _server.Options with { FirstPause = TimeSpan.FromMilliseconds(5), LongestPause = TimeSpan.FromMilliseconds(50) },
        IdleCheck = TimeSpan.FromSeconds(1),
    };

    static Task PauseAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, Token);

    [Fact]
    public async Task A_server_that_is_killed_again_and_again_loses_nothing_and_doubles_only_what_a_collector_sent()
    {
        await using var pipeline = new NumberedPipeline(onNotice => new RedisBroker(Options with { OnNotice = onNotice }));
        await pipeline.StartAsync(Messages);
        var random = new Random(7);
        for (var kill = 0; kill < 10; kill++)
        {
            await PauseAsync(random.Next(20, 150));
            await _server.KillAsync();
            await PauseAsync(random.Next(0, 50));
            await _server.StartAgainAsync();
        }

        await pipeline.EndAsync(Messages);
        await AssertDoublesAreToldAsync(pipeline);
    }

    [Fact]
    public async Task A_network_that_is_cut_in_the_middle_of_batches_loses_nothing_and_doubles_only_what_a_collector_sent()
    {
        await using var proxy = new CuttingProxy(_server.EndPoint);
        await using var pipeline = new NumberedPipeline(onNotice => new RedisBroker(Options with { Server = Options.Server with { Host = "127.0.0.1", Port = proxy.Port }, OnNotice = onNotice }));
        await pipeline.StartAsync(Messages);
        var random = new Random(7);
        while (proxy.Cuts < 60 && pipeline.Arrived < Messages)
        {
            var before = proxy.Cuts;
            if (random.Next(2) == 0) proxy.CutAfterRequestBytes(random.Next(1, 60_000));
            else proxy.CutBeforeNextAnswer();
            await Embedded.Eventually.IsTrueAsync(() => proxy.Cuts > before || pipeline.Arrived == Messages);
            await PauseAsync(random.Next(0, 30));
        }

        proxy.Mend();
        await pipeline.EndAsync(Messages);
        output.WriteLine($"{proxy.Cuts} cuts");
        Assert.True(proxy.Cuts >= 20, $"Only {proxy.Cuts} cuts");
        await AssertDoublesAreToldAsync(pipeline);
    }

    async Task AssertDoublesAreToldAsync(NumberedPipeline pipeline)
    {
        var told = pipeline.Notices.Count(notice => notice.Kind == BrokerNoticeKind.PossibleDuplicates);
        output.WriteLine($"{pipeline.Arrived} arrived, {pipeline.Doubled} doubled; {told} commits of the collector were in doubt; " +
            $"{pipeline.Notices.Count(notice => notice.Kind == BrokerNoticeKind.ServerLost)} times lost");
        Assert.Equal(Messages, pipeline.Arrived);
        Assert.True(pipeline.Doubled <= told * 40, $"{pipeline.Doubled} doubled, though only {told} commits of the collector were in doubt.");
        foreach (var queue in (string[])["A", "A-internal", "B", "B-internal", "C", "C-internal"]) Assert.Equal(0, (await _server.RunAsync("LLEN", queue)).AsInteger());
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_happens_once()
    {
        await using var proxy = new CuttingProxy(_server.EndPoint);
        await using var broker = new RedisBroker(Options with { Server = Options.Server with { Host = "127.0.0.1", Port = proxy.Port } });
        foreach (var queue in (string[])["A", "B"]) await broker.DeclareAsync(queue, QueueLimits.None, Token);
        var filling = new Commit();
        for (var i = 0; i < 50; i++) filling.Send("A", Encoding.UTF8.GetBytes($"{i % 25}"));
        await broker.CommitAsync(filling, Token);
        await using var receiver = await broker.SubscribeAsync("A", Token);

        for (var i = 0; i < 50; i++)
        {
            var delivery = (await receiver.ReceiveAsync(1, Token))[0];
            var commit = new Commit { Source = receiver };
            commit.Send("B", delivery.Body);
            commit.Acknowledge(delivery.Tag);
            if (i % 2 == 0) proxy.CutBeforeNextAnswer();
            else proxy.CutAfterRequestBytes(10);
            await broker.CommitAsync(commit, Token);
            proxy.Mend();
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i % 25}").Reverse(), await _server.ListAsync("B"));
        Assert.Empty(await _server.ListAsync("A-internal"));
    }

    [Fact]
    public async Task What_a_receiver_was_sent_while_its_connection_broke_comes_over_the_next_one()
    {
        await using var proxy = new CuttingProxy(_server.EndPoint);
        await using var broker = new RedisBroker(Options with { Server = Options.Server with { Host = "127.0.0.1", Port = proxy.Port } });
        await broker.DeclareAsync("A", QueueLimits.None, Token);
        await using var receiver = await broker.SubscribeAsync("A", Token);
        var waiting = receiver.ReceiveAsync(1, Token).AsTask();
        await Embedded.Eventually.IsTrueAsync(() => _server.RunAsync("CLIENT", "LIST").Result.AsText()!.Contains("cmd=blmove", StringComparison.Ordinal));
        proxy.CutBeforeNextAnswer();

        await _server.RunAsync("LPUSH", "A", "stranded");

        var delivery = Assert.Single(await waiting);
        Assert.Equal("stranded", Encoding.UTF8.GetString(delivery.Body.Span));
        Assert.True(delivery.Redelivered);
    }

    [Fact]
    public async Task A_host_that_is_killed_again_and_again_loses_nothing_that_was_confirmed()
    {
        var confirmedPath = Path.Combine(_server.Directory, "confirmed");
        var sure = new List<(long From, long To)>();
        var random = new Random(4711);
        const int kills = 8;
        for (var kill = 0; kill < kills; kill++) sure.Add(await RunAndKillAsync(confirmedPath, TimeSpan.FromMilliseconds(random.Next(200, 900))));

        var seen = new Dictionary<long, int>();
        foreach (var queue in (string[])["A", "A-internal", "B", "B-internal", "C"])
        {
            foreach (var item in (await _server.RunAsync("LRANGE", queue, "0", "-1")).AsList())
            {
                var number = Pipeline.NumberOf(item.AsBytes()!);
                seen[number] = seen.GetValueOrDefault(number) + 1;
            }
        }

        var missing = sure.Sum(range => Enumerable.Range((int)range.From, (int)(range.To - range.From)).Count(number => !seen.ContainsKey(number)));
        output.WriteLine($"{kills} kills, {seen.Count} messages found, {missing} confirmed ones missing, {seen.Count(pair => pair.Value > 1)} doubled");
        Assert.True(seen.Count > 0);
        Assert.Equal(0, missing);
        // Sending on and acknowledging is one transaction, so that a kill doubles nothing either.
        Assert.DoesNotContain(seen, pair => pair.Value > 1);
    }

    /// <returns>The numbers that were confirmed in this life.</returns>
    async Task<(long From, long To)> RunAndKillAsync(string confirmedPath, TimeSpan life)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "IntelMQ.Brokers.CrashProgram.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "redis", confirmedPath, _server.SocketPath]) { RedirectStandardOutput = true })!;
        Assert.Equal("running", await process.StandardOutput.ReadLineAsync(Token));
        long from;
        using (var map = Pipeline.MapConfirmed(confirmedPath)) from = map.ReadInt64(16);
        await Task.Delay(life, TimeProvider.System, Token);
        process.Kill();
        await process.WaitForExitAsync(Token);
        using var after = Pipeline.MapConfirmed(confirmedPath);
        var range = (from, Math.Max(from, after.ReadInt64(0)));
        // The next life begins after the last number begun.
        after.Write(0, after.ReadInt64(8));
        after.Write(16, after.ReadInt64(8));
        return range;
    }
}
