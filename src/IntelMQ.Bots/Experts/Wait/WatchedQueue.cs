using IntelMQ.Redis;

namespace IntelMQ.Bots.Experts.Wait;

/// <summary>A list of a Redis server that is to become short.</summary>
sealed class WatchedQueue : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly WaitExpertOptions _options;
    readonly TimeProvider _time;
    readonly RedisLink _link;

    public WatchedQueue(WaitExpertOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _link = new RedisLink(new RedisOptions
        {
            Host = options.QueueHost,
            Port = options.QueuePort,
            Database = options.QueueDb,
            Password = string.IsNullOrEmpty(options.QueuePassword) ? null : options.QueuePassword,
            Time = time,
        });
    }

    /// <summary>Returns when the list is short enough.</summary>
    /// <exception cref="TransientException">The server does not answer.</exception>
    /// <exception cref="ConfigurationException">What has the name is no list.</exception>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (await LengthAsync(cancellationToken) > _options.QueueSize) await Task.Delay(_options.QueuePollingInterval, _time, cancellationToken);
    }

    async Task<long> LengthAsync(CancellationToken cancellationToken)
    {
        try
        {
            var connection = await _link.GetAsync(Patience, cancellationToken);
            return (await connection.ExecuteAsync("LLEN", _options.QueueName!)).AsInteger();
        }
        catch (RedisConnectionException e)
        {
            throw new TransientException(e.Message, inner: e);
        }
        catch (RedisErrorException e)
        {
            throw new ConfigurationException($"queue_name: '{_options.QueueName}' cannot be watched: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();
}
