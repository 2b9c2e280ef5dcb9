namespace IntelMQ.Bots.Outputs.Blackhole;

/// <summary>Discards every message.</summary>
/// <remarks>Ends a branch of a pipeline whose messages nobody needs, or measures the bots before it.</remarks>
[Bot("intelmq.bots.outputs.blackhole.output")]
public sealed class BlackholeOutput : Output
{
    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken) => default;
}
