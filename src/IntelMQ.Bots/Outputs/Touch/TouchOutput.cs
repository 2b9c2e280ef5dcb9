namespace IntelMQ.Bots.Outputs.Touch;

/// <summary>Sets the time of a file to now for each message, so that others see that messages come through.</summary>
[Bot("intelmq.bots.outputs.touch.output")]
public sealed class TouchOutput(TouchOutputOptions options) : Output
{
    bool _isTouchWanted;

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _isTouchWanted = true;
        return default;
    }

    /// <inheritdoc />
    /// <exception cref="IOException">There is no such file, or it belongs to somebody else.</exception>
    protected override ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (!_isTouchWanted) return default;
        if (!System.IO.File.Exists(options.Path)) throw new FileNotFoundException($"The file '{options.Path}' of path does not exist; expected one whose time can be set.", options.Path);
        var now = Context.Time.GetUtcNow().UtcDateTime;
        System.IO.File.SetLastAccessTimeUtc(options.Path, now);
        System.IO.File.SetLastWriteTimeUtc(options.Path, now);
        _isTouchWanted = false;
        return default;
    }
}

/// <summary>Parameters of <see cref="TouchOutput"/>.</summary>
public sealed record TouchOutputOptions : BotOptions
{
    /// <summary>Path of the file, which must exist.</summary>
    public required string Path { get; init; }
}
