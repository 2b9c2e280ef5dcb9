using System.ComponentModel.DataAnnotations;

namespace IntelMQ.Bots.Experts.Wait;

/// <summary>Holds each message back: until a list of a Redis server is short enough, or for some seconds.</summary>
[Bot("intelmq.bots.experts.wait.expert")]
public sealed class WaitExpert(WaitExpertOptions options) : Expert
{
    WatchedQueue? _queue;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(options.QueueName)) _queue = new WatchedQueue(options, Context.Time);
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (_queue is not null) await _queue.WaitAsync(cancellationToken);
        else if (options.SleepTime is { } pause) await Task.Delay(pause, Context.Time, cancellationToken);
        await emitter.SendAsync(message, cancellationToken: cancellationToken);
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_queue is not null) await _queue.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="WaitExpert"/>.</summary>
public sealed record WaitExpertOptions : BotOptions
{
    /// <summary>The list whose length is watched; without one <c>sleep_time</c> counts.</summary>
    public string? QueueName { get; init; }

    /// <summary>The host of the Redis server with the list, or the path of its socket.</summary>
    public string QueueHost { get; init; } = "localhost";

    /// <summary>The port of the server.</summary>
    [Range(1, 65535)]
    public int QueuePort { get; init; } = 6379;

    /// <summary>The number of the database.</summary>
    [Range(0, int.MaxValue)]
    public int QueueDb { get; init; } = 2;

    /// <summary>The password for the server.</summary>
    [Parameter(Secret = true)]
    public string? QueuePassword { get; init; }

    /// <summary>With how many entries the list is short enough.</summary>
    [Range(0, int.MaxValue)]
    public int QueueSize { get; init; }

    /// <summary>Seconds between two looks at the list.</summary>
    public TimeSpan QueuePollingInterval { get; init; } = TimeSpan.FromSeconds(0.05);

    /// <summary>Seconds to hold each message back.</summary>
    public TimeSpan? SleepTime { get; init; }
}
