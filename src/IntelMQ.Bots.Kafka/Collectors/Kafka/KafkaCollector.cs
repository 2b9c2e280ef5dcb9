using System.Runtime.CompilerServices;
using Confluent.Kafka;

namespace IntelMQ.Bots.Collectors.Kafka;

/// <summary>Takes the messages of topics of Apache Kafka, as the consumer group that is called like the bot.</summary>
/// <remarks>
/// A run ends when all partitions are read to their ends; the consumer stays connected for the next one. How far a partition was read is
/// stored after the report is safe, so that nothing is lost, but what came last may come again after a crash.
/// </remarks>
[Bot("intelmq.bots.collectors.kafka.collector")]
public sealed class KafkaCollector(KafkaCollectorOptions options) : Collector
{
    /// <summary>How long nothing has to come before a run may end.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    readonly HashSet<TopicPartition> _atEnd = [];
    IConsumer<Ignore, byte[]?>? _consumer;
    Error? _lost;

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var consumer = _consumer ??= Subscribe();
        var isComplete = false;
        try
        {
            while (await NextAsync(consumer, cancellationToken) is { } taken)
            {
                if (taken.Message.Value is { Length: > 0 } value) yield return NewReport(value);
                else Log.Debug($"A message without data came ({taken.TopicPartitionOffset}); no report is made of it.");
                Store(consumer, taken);
            }

            isComplete = true;
        }
        finally
        {
            // What did not become safe is to come again: a new consumer begins where the last report became so.
            if (!isComplete) await CloseAsync();
        }
    }

    IConsumer<Ignore, byte[]?> Subscribe()
    {
        IConsumer<Ignore, byte[]?>? consumer = null;
        try
        {
            consumer = new ConsumerBuilder<Ignore, byte[]?>(options.ToConfig(Context.BotId))
                .SetErrorHandler((_, error) => OnError(error))
                .SetLogHandler((_, line) => Log.Debug(line.Message))
                .Build();
            consumer.Subscribe(options.Topic);
            return consumer;
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException or DllNotFoundException)
        {
            consumer?.Dispose();
            throw new ConfigurationException($"No consumer of Kafka can be made with these parameters: {e.Message}", e);
        }
    }

    // Called within Consume. Of single brokers that go away the library takes care itself.
    void OnError(Error error)
    {
        if (error.IsFatal || error.Code == ErrorCode.Local_AllBrokersDown) _lost = error;
        else Log.Warning($"Kafka: {error.Reason}");
    }

    /// <summary>The next message; null when there is none at the moment.</summary>
    async Task<ConsumeResult<Ignore, byte[]?>?> NextAsync(IConsumer<Ignore, byte[]?> consumer, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // What is in memory already needs no other thread.
            var taken = Consume(consumer, TimeSpan.Zero) ?? await Task.Run(() => Consume(consumer, Patience), cancellationToken);
            if (_lost is { } error) throw new TransientException($"Kafka at {options.BootstrapServers} cannot be reached: {error.Reason}");
            if (taken is null)
            {
                if (consumer.Assignment is { Count: > 0 } assigned && assigned.TrueForAll(_atEnd.Contains)) return null;
            }
            else if (taken.IsPartitionEOF)
            {
                _atEnd.Add(taken.TopicPartition);
            }
            else
            {
                _atEnd.Remove(taken.TopicPartition);
                return taken;
            }
        }
    }

    ConsumeResult<Ignore, byte[]?>? Consume(IConsumer<Ignore, byte[]?> consumer, TimeSpan patience)
    {
        try
        {
            return consumer.Consume(patience);
        }
        catch (ConsumeException e)
        {
            throw new TransientException($"Kafka at {options.BootstrapServers} gives no messages of {string.Join(", ", options.Topic)}: {e.Error.Reason}", inner: e);
        }
    }

    void Store(IConsumer<Ignore, byte[]?> consumer, ConsumeResult<Ignore, byte[]?> taken)
    {
        try
        {
            consumer.StoreOffset(taken);
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_State)
        {
            Log.Info($"The partition of {taken.TopicPartitionOffset} has gone to another consumer of the group, which gets this message too.");
        }
    }

    /// <summary>Writes down how far was read and leaves the group, which takes its time.</summary>
    async ValueTask CloseAsync()
    {
        if (_consumer is not { } consumer) return;
        (_consumer, _lost) = (null, null);
        _atEnd.Clear();
        await Task.Run(() =>
        {
            using (consumer)
            {
                try
                {
                    consumer.Close();
                }
                catch (KafkaException e)
                {
                    Log.Warning($"Kafka could not be told how far was read: {e.Error.Reason}");
                }
            }
        }, CancellationToken.None);
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="KafkaCollector"/>.</summary>
public sealed record KafkaCollectorOptions : BotOptions, ICheckable
{
    /// <summary>The topic, or several of them.</summary>
    public required IReadOnlyList<string> Topic { get; init; }

    /// <summary>One or more servers of the cluster, <c>host:port</c> with commas between.</summary>
    public string BootstrapServers { get; init; } = "localhost:9092";

    /// <summary>A file with the certificate authorities to trust. Connections are encrypted if this or a client certificate is set.</summary>
    public string? SslCafile { get; init; }

    /// <summary>A file with the client's certificate and its key, in PEM form.</summary>
    public string? SslCertfile { get; init; }

    /// <summary>Other name of <c>ssl_certfile</c>.</summary>
    public string? SslClientCertificate { get; init; }

    /// <summary>Whether the name of the server must be that of its certificate; yes, where nothing is said.</summary>
    public bool? SslCheckHostname { get; init; }

    string? Certificate => string.IsNullOrEmpty(SslCertfile) ? SslClientCertificate : SslCertfile;

    internal ConsumerConfig ToConfig(string botId)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = BootstrapServers,
            GroupId = botId,
            ClientId = "intelmq",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            // Offsets are written down each second, but only those of reports that are safe.
            EnableAutoCommit = true,
            AutoCommitIntervalMs = 1000,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            // The most there is: between two runs lies rate_limit, and a full queue may make a run wait. That a process is gone shows by its heartbeat.
            MaxPollIntervalMs = 86_400_000,
        };
        if (string.IsNullOrEmpty(SslCafile) && string.IsNullOrEmpty(Certificate)) return config;
        config.SecurityProtocol = SecurityProtocol.Ssl;
        config.SslEndpointIdentificationAlgorithm = SslCheckHostname ?? true ? SslEndpointIdentificationAlgorithm.Https : SslEndpointIdentificationAlgorithm.None;
        if (!string.IsNullOrEmpty(SslCafile)) config.SslCaLocation = SslCafile;
        if (!string.IsNullOrEmpty(Certificate)) config.SslCertificateLocation = config.SslKeyLocation = Certificate;
        return config;
    }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Topic.Count == 0 || Topic.Any(string.IsNullOrWhiteSpace)) yield return new(BotLogLevel.Error, "topic is empty; expected the name of a topic.", "topic");
        if (string.IsNullOrWhiteSpace(BootstrapServers)) yield return new(BotLogLevel.Error, "bootstrap_servers is empty; expected servers, such as 'localhost:9092'.", "bootstrap_servers");
        foreach (var (parameter, path) in new[] { ("ssl_cafile", SslCafile), (string.IsNullOrEmpty(SslCertfile) ? "ssl_client_certificate" : "ssl_certfile", Certificate) })
            if (!string.IsNullOrEmpty(path) && !System.IO.File.Exists(path))
                yield return new(BotLogLevel.Error, $"{parameter}: there is no file '{path}'.", parameter);
    }
}
