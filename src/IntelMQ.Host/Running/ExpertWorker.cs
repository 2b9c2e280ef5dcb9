using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>Runs an expert: message in, messages out.</summary>
sealed class ExpertWorker(Expert bot, WorkerSetting setting) : Worker(setting), IEmitter
{
    protected override ValueTask ProcessAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        bot.ProcessAsync(Decode(body), this, cancellationToken);

    public ValueTask SendAsync(Message message, string path, bool optional, CancellationToken cancellationToken)
    {
        if (!Step.Send(message, path) && !optional) throw UnknownPath(path, Setting);
        return CommitPartIfLargeAsync(cancellationToken);
    }

    public static ConfigurationException UnknownPath(string path, WorkerSetting setting) =>
        setting.Routes.IsEmpty
            ? new($"pipeline configuration failed - No destination pipeline given, but needed: set destination_queues of '{setting.Id}'.")
            : new($"The bot sends to the path '{path}', which destination_queues of '{setting.Id}' does not have. It has: {string.Join(", ", setting.Routes.Paths)}.");
}
