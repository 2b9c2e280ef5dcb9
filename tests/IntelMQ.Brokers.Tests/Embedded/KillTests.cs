using System.Diagnostics;
using IntelMQ.Brokers.CrashProgram;
using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>A real process with a pipeline of three queues, killed at any moment.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Durability.Interval, 8 * 1024 * 1024, 50)]
    [InlineData(Durability.Interval, 16 * 1024, 50)]
    [InlineData(Durability.Commit, 8 * 1024 * 1024, 10)]
    public async Task Nothing_confirmed_is_lost_and_nothing_is_doubled_between_queues(Durability durability, int window, int kills)
    {
        using var store = new StoreDirectory();
        var confirmedPath = Path.Combine(store.Path, "confirmed");
        var storePath = Path.Combine(store.Path, "store");
        var random = new Random(4711);
        var notices = new List<string>();
        for (var kill = 0; kill < kills; kill++)
            notices.AddRange(await RunAndKillAsync(storePath, confirmedPath, durability, window, TimeSpan.FromMilliseconds(random.Next(1, 250))));

        using var confirmed = Pipeline.MapConfirmed(confirmedPath);
        await using var broker = await EmbeddedBroker.OpenAsync(storePath, new EmbeddedBrokerOptions { MinimumFreeBytes = 0 }, Token);
        var seen = new Dictionary<long, int>();
        foreach (var queue in new[] { "A", "B", "C" }) await CountAsync(broker, queue, seen);

        var (sure, begun) = (confirmed.ReadInt64(0), confirmed.ReadInt64(8));
        var doubled = seen.Count(pair => pair.Value > 1);
        var invented = seen.Keys.Count(number => number < 0 || number >= begun);
        output.WriteLine($"{durability}, window {window}: {kills} kills, {begun} messages begun, {seen.Count} found, {doubled} doubled, " +
            $"{notices.Count} torn tails cut");
        Assert.True(sure > 0, "The program must have confirmed something before it was killed.");
        Assert.Equal(0, doubled);
        Assert.Equal(0, invented);
        var missing = begun - seen.Count;
        Assert.True(missing <= kills * 40, $"{missing} of {begun} messages are missing, more than the unconfirmed commits of {kills} kills.");
        Assert.Empty(await MissingConfirmedAsync(confirmedPath, seen));
        Assert.DoesNotContain(broker.Notices, notice => notice.Kind is BrokerNoticeKind.DamagedLog or BrokerNoticeKind.DamagedJournal);
        Assert.DoesNotContain(notices, notice => notice.Contains("damaged", StringComparison.Ordinal) || notice.Contains("cannot be read", StringComparison.Ordinal));
    }

    // Whatever was begun and not confirmed at a kill was written down beside the store.
    static async Task<List<long>> MissingConfirmedAsync(string confirmedPath, Dictionary<long, int> seen)
    {
        var unconfirmed = new HashSet<long>();
        long end = 0;
        foreach (var line in await File.ReadAllLinesAsync(confirmedPath + ".kills", Token))
        {
            var parts = line.Split(' ');
            var (sure, begun) = (long.Parse(parts[0], null), long.Parse(parts[1], null));
            for (var number = sure; number < begun; number++) unconfirmed.Add(number);
            end = begun;
        }

        var missing = new List<long>();
        for (long number = 0; number < end; number++)
            if (!seen.ContainsKey(number) && !unconfirmed.Contains(number)) missing.Add(number);
        return missing;
    }

    static async Task<List<string>> RunAndKillAsync(
        string store, string confirmed, Durability durability, int window, TimeSpan life)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "IntelMQ.Brokers.CrashProgram.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, store, confirmed, durability.ToString(), $"{window}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(Token);
        Assert.Equal("running", await process.StandardOutput.ReadLineAsync(Token));
        await Task.Delay(life, TimeProvider.System, Token);
        process.Kill();
        await process.WaitForExitAsync(Token);
        using var map = Pipeline.MapConfirmed(confirmed);
        await File.AppendAllTextAsync(confirmed + ".kills", $"{map.ReadInt64(0)} {map.ReadInt64(8)}\n", Token);
        // What follows counts from the last number begun.
        map.Write(0, map.ReadInt64(8));
        return [.. (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    static async Task CountAsync(EmbeddedBroker broker, string queue, Dictionary<long, int> seen)
    {
        await using var receiver = await broker.SubscribeAsync(queue, Token);
        var waiting = (await broker.ListAsync(Token)).Single(status => status.Queue == queue).Waiting;
        while (waiting > 0)
        {
            foreach (var delivery in await receiver.ReceiveAsync(1000, Token))
            {
                var number = Pipeline.NumberOf(delivery.Body);
                seen[number] = seen.GetValueOrDefault(number) + 1;
                waiting--;
            }
        }
    }
}
