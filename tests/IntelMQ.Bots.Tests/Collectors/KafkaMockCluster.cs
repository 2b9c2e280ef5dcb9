using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace IntelMQ.Bots.Tests.Collectors;

/// <summary>
/// A stand-in for a Kafka cluster of one broker, which Debian does not have: the mock cluster that librdkafka brings along for tests. It speaks the
/// protocol over TCP on the loopback interface, with groups and stored offsets.
/// </summary>
#pragma warning disable CA2216 // Tests dispose of it.
sealed class KafkaMockCluster : IDisposable
#pragma warning restore CA2216
{
    // The variant in the package that needs nothing else of the system.
    const string Native = "centos8-librdkafka";

    readonly IntPtr _client;
    readonly IntPtr _cluster;
    readonly IProducer<Null, string?> _producer;

    public KafkaMockCluster()
    {
        _client = NewClient(type: 0, IntPtr.Zero, IntPtr.Zero, 0);
        _cluster = NewCluster(_client, 1);
        Servers = Marshal.PtrToStringUTF8(ServersOf(_cluster))!;
        _producer = new ProducerBuilder<Null, string?>(new ProducerConfig { BootstrapServers = Servers }).Build();
    }

    public string Servers { get; }

    public async Task SendAsync(string topic, params string?[] values)
    {
        foreach (var value in values) await _producer.ProduceAsync(new TopicPartition(topic, new Partition(0)), new Message<Null, string?> { Value = value });
    }

    /// <summary>The offset that a group has stored for the first partition.</summary>
    public long OffsetOf(string group, string topic)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig { BootstrapServers = Servers, GroupId = group }).Build();
        return consumer.Committed([new TopicPartition(topic, new Partition(0))], TimeSpan.FromSeconds(10))[0].Offset.Value;
    }

    public void Dispose()
    {
        _producer.Dispose();
        DestroyCluster(_cluster);
        DestroyClient(_client);
    }

    [DllImport(Native, EntryPoint = "rd_kafka_new"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern IntPtr NewClient(int type, IntPtr configuration, IntPtr error, nuint errorSize);

    [DllImport(Native, EntryPoint = "rd_kafka_mock_cluster_new"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern IntPtr NewCluster(IntPtr client, int brokers);

    [DllImport(Native, EntryPoint = "rd_kafka_mock_cluster_bootstraps"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern IntPtr ServersOf(IntPtr cluster);

    [DllImport(Native, EntryPoint = "rd_kafka_mock_cluster_destroy"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern void DestroyCluster(IntPtr cluster);

    [DllImport(Native, EntryPoint = "rd_kafka_destroy"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern void DestroyClient(IntPtr client);
}
