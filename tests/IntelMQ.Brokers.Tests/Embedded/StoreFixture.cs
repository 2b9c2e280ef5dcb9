using System.Globalization;
using System.Text;
using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>A store and short words for what tests do with it.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    public StoreDirectory Directory { get; } = new();

    public FaultyFiles Files { get; } = new();

    public List<BrokerNotice> Notices { get; } = [];

    public EmbeddedBrokerOptions Options { get; set; }

    public EmbeddedBroker Broker { get; private set; } = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    StoreFixture() => Options = new EmbeddedBrokerOptions
    {
        MinimumFreeBytes = 0,
        // Tests do the housekeeping themselves unless they say otherwise.
        FlushInterval = TimeSpan.FromHours(1),
        Files = Files,
        OnNotice = notice =>
        {
            lock (Notices) Notices.Add(notice);
        },
    };

    public static async Task<StoreFixture> OpenAsync(
        Func<EmbeddedBrokerOptions, EmbeddedBrokerOptions>? configure = null, params string[] queues)
    {
        var fixture = new StoreFixture();
        fixture.Options = configure?.Invoke(fixture.Options) ?? fixture.Options;
        await fixture.ReopenAsync();
        foreach (var queue in queues) await fixture.Broker.DeclareAsync(queue, QueueLimits.None, Token);
        return fixture;
    }

    public async Task ReopenAsync() => Broker = await EmbeddedBroker.OpenAsync(Directory.Path, Options, Token);

    public async Task CrashAsync() => await Broker.AbandonAsync();

    public async Task CrashAndReopenAsync()
    {
        await CrashAsync();
        await ReopenAsync();
    }

    public async Task SendAsync(string queue, params IEnumerable<string> messages)
    {
        var commit = new Commit();
        foreach (var message in messages) commit.Send(queue, Encoding.UTF8.GetBytes(message));
        await Broker.CommitAsync(commit, Token);
    }

    public async Task<List<Delivery>> ReceiveAsync(IReceiver receiver, int count)
    {
        var received = new List<Delivery>();
        while (received.Count < count) received.AddRange(await receiver.ReceiveAsync(count - received.Count, Token));
        return received;
    }

    public async Task AcknowledgeAsync(IReceiver receiver, params IEnumerable<Delivery> deliveries)
    {
        var commit = new Commit { Source = receiver };
        foreach (var delivery in deliveries) commit.Acknowledge(delivery.Tag);
        await Broker.CommitAsync(commit, Token);
    }

    /// <summary>Everything that waits in a queue, in order. Leaves it leased to a receiver that is gone with the broker.</summary>
    public async Task<List<string>> DrainAsync(string queue)
    {
        var receiver = await Broker.SubscribeAsync(queue, Token);
        var found = new List<string>();
        while ((await StatusAsync(queue)).Waiting > 0)
        {
            foreach (var delivery in await receiver.ReceiveAsync(1000, Token)) found.Add(Text(delivery));
        }

        return found;
    }

    public async Task<QueueStatus> StatusAsync(string queue) =>
        (await Broker.ListAsync(Token)).Single(status => status.Queue == queue);

    public static string Text(Delivery delivery) => Encoding.UTF8.GetString(delivery.Body.Span);

    public static IEnumerable<string> Numbers(int first, int count) =>
        Enumerable.Range(first, count).Select(number => number.ToString(CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        Files.Room = long.MaxValue;
        Files.FailsWrite = Files.FailsFlush = Files.FailsCut = _ => false;
        await Broker.DisposeAsync();
        Directory.Dispose();
    }
}
