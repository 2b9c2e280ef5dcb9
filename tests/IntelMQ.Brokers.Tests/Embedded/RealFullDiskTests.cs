using System.Diagnostics;
using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>A real file system of four megabytes that fills up.</summary>
public sealed class RealFullDiskTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_on_a_full_disk_refuses_messages_keeps_what_it_has_and_goes_on_when_there_is_room()
    {
        using var directory = new StoreDirectory();
        Assert.SkipUnless(await MountAsync(directory.Path), "Mounting a small file system needs the rights of an administrator.");
        try
        {
            await FillAndDrainAsync(directory.Path);
        }
        finally
        {
            await RunAsync("umount", directory.Path);
        }
    }

    static async Task FillAndDrainAsync(string path)
    {
        var options = new EmbeddedBrokerOptions
        {
            MinimumFreeBytes = 0, SegmentBytes = 128 * 1024, FlushInterval = TimeSpan.FromMilliseconds(10),
        };
        var sent = 0;
        var broker = await EmbeddedBroker.OpenAsync(path, options, Token);
        await broker.DeclareAsync("a", QueueLimits.None, Token);
        while (await TrySendAsync(broker, sent)) sent++;
        Assert.InRange(sent, 100, 1000);
        Assert.False(await TrySendAsync(broker, sent));

        await broker.AbandonAsync();
        broker = await EmbeddedBroker.OpenAsync(path, options, Token);
        await using var receiver = await broker.SubscribeAsync("a", Token);
        for (var done = 0; done < sent;)
        {
            var batch = await receiver.ReceiveAsync(20, Token);
            var commit = new Commit { Source = receiver };
            foreach (var delivery in batch)
            {
                Assert.Equal((byte)done++, delivery.Body.Span[0]);
                commit.Acknowledge(delivery.Tag);
            }

            await broker.CommitAsync(commit, Token);
        }

        await Eventually.IsTrueAsync(() => new DriveInfo(path).AvailableFreeSpace > 1024 * 1024);
        Assert.True(await TrySendAsync(broker, 0));
        Assert.DoesNotContain(broker.Notices, notice => notice.Kind is BrokerNoticeKind.DamagedLog or BrokerNoticeKind.DamagedJournal);
        await broker.DisposeAsync();
    }

    static async Task<bool> TrySendAsync(EmbeddedBroker broker, int number)
    {
        var body = new byte[10_000];
        body.AsSpan().Fill((byte)number);
        var commit = new Commit();
        commit.Send("a", body);
        try
        {
            await broker.CommitAsync(commit, Token);
            return true;
        }
        catch (BrokerFullException)
        {
            return false;
        }
    }

    static async Task<bool> MountAsync(string path)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return false;
        return await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", path) == 0;
    }

    static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(Token);
        return process.ExitCode;
    }
}
