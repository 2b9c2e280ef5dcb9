using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Brokers;

/// <summary>The brokers of a host: one embedded store for all bots.</summary>
sealed class BrokerSet(IBroker embedded) : IAsyncDisposable
{
    public IBroker Embedded => embedded;

    /// <exception cref="ConfigurationException">The broker is not one that this host has.</exception>
    public ValueTask<IBroker> GetAsync(PipelineSettings settings, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return settings.Broker == BrokerKind.Embedded
            ? ValueTask.FromResult(embedded)
            : throw new ConfigurationException($"The broker '{settings.Broker}' is not part of this version; leave source_pipeline_broker and destination_pipeline_broker out to use the embedded one.");
    }

    public ValueTask DisposeAsync() => embedded.DisposeAsync();
}
