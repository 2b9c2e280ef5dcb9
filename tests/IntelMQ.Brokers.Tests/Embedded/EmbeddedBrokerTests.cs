using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>The embedded broker does what every broker must.</summary>
public class EmbeddedBrokerTests : BrokerConformance
{
    readonly StoreDirectory _store = new();

    protected virtual EmbeddedBrokerOptions Options => new() { MinimumFreeBytes = 0 };

    protected override async ValueTask<IBroker> OpenAsync() => await EmbeddedBroker.OpenAsync(_store.Path, Options, Token);

    protected override async ValueTask<IBroker> CrashAndReopenAsync()
    {
        await ((EmbeddedBroker)Broker).AbandonAsync();
        return await OpenAsync();
    }

    protected override async ValueTask<IBroker> CloseAndReopenAsync()
    {
        await Broker.DisposeAsync();
        return await OpenAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _store.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same with every commit flushed.</summary>
public sealed class EmbeddedBrokerWithFlushedCommitsTests : EmbeddedBrokerTests
{
    protected override EmbeddedBrokerOptions Options => base.Options with { Durability = Durability.Commit };
}

/// <summary>The same with no room in memory and tiny segments: every message is read back from the disk.</summary>
public sealed class EmbeddedBrokerFromDiskTests : EmbeddedBrokerTests
{
    protected override EmbeddedBrokerOptions Options => base.Options with
    {
        QueueWindowBytes = 0,
        SegmentBytes = 1024,
        JournalBytes = 512,
        FlushInterval = TimeSpan.FromMilliseconds(5),
    };
}
