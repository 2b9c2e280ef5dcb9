namespace Company.Bots;

// Below the namespace, so that Collector, Parser, Expert and Output are the base classes whatever the namespace is called.
using IntelMQ.Sdk;

/// <summary>Appends every message to a file, one a line.</summary>
[Bot("intelmq.bots.outputs.company_name.first", SingleInstance = true)]
public sealed class FirstOutput(FirstOptions options) : Output
{
    StreamWriter? _file;

    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(options.File) is { Length: > 0 } directory) Directory.CreateDirectory(directory);
        _file = new StreamWriter(options.File, append: true);
        return default;
    }

    protected override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken) =>
        await _file!.WriteLineAsync(message.ToString().AsMemory(), cancellationToken);

    // The host acknowledges after this: what was written must be in the file by then.
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken) => await _file!.FlushAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        if (_file is not null) await _file.DisposeAsync();
        await base.DisposeAsync();
    }
}

public sealed record FirstOptions : BotOptions
{
    /// <summary>The absolute path of the file.</summary>
    public required string File { get; init; }
}
