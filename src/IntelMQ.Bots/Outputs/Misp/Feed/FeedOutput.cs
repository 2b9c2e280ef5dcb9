using IntelMQ.Bots.Clients.Misp;

namespace IntelMQ.Bots.Outputs.Misp.Feed;

/// <summary>Writes a directory that MISP servers fetch as a feed, with one MISP event for each interval.</summary>
[Bot("intelmq.bots.outputs.misp.output_feed", SingleInstance = true)]
public sealed class FeedOutput(FeedOutputOptions options) : Output
{
    FeedDirectory? _directory;
    FeedEvent? _current;
    bool _isChanged;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _directory = new FeedDirectory(Path.GetFullPath(options.OutputDir), Log);
        try
        {
            _directory.Open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"output_dir: the feed in '{options.OutputDir}' cannot be written: {e.Message}", e);
        }

        _current = _directory.Resume(Context.Time.GetUtcNow());
        return default;
    }

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        var (added, now) = (MispObject.From(message), Context.Time.GetUtcNow());
        if (_current is null || _current.End <= now)
        {
            Save(now);
            _current = FeedEvent.Begin(now, RelativeTime.Parse(options.IntervalEvent), options.MispOrgName, options.MispOrgUuid);
        }

        _current.Add(added, now);
        _directory!.AddHashes(added, _current);
        _isChanged = true;
        return default;
    }

    /// <inheritdoc />
    protected override ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Save(Context.Time.GetUtcNow());
        return default;
    }

    void Save(DateTimeOffset now)
    {
        if (!_isChanged) return;
        try
        {
            _directory!.Save(_current!, now);
            _isChanged = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TransientException($"The feed in '{options.OutputDir}' cannot be written: {e.Message}", inner: e);
        }
    }
}

/// <summary>Parameters of <see cref="FeedOutput"/>.</summary>
public sealed record FeedOutputOptions : BotOptions, ICheckable
{
    /// <summary>The directory of the feed, which a web server is to publish.</summary>
    public string OutputDir { get; init; } = "/opt/intelmq/var/lib/bots/mispfeed-output";

    /// <summary>Name of the organization that the events are from.</summary>
    public required string MispOrgName { get; init; }

    /// <summary>The UUID of that organization in MISP.</summary>
    public required string MispOrgUuid { get; init; }

    /// <summary>How long events are collected into one MISP event: a number and a unit, such as <c>1 hour</c>.</summary>
    public string IntervalEvent { get; init; } = "1 hour";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!RelativeTime.TryParse(IntervalEvent, out _)) yield return new(BotLogLevel.Error, $"interval_event is '{IntervalEvent}'; expected a number and a unit, such as '1 hour'.", "interval_event");
        if (!Guid.TryParse(MispOrgUuid, out _)) yield return new(BotLogLevel.Error, $"misp_org_uuid is '{MispOrgUuid}'; expected a UUID, such as 'b89da4c2-0f74-11ea-96a1-6fa873a0eb4d'.", "misp_org_uuid");
        if (OutputDir.Length == 0) yield return new(BotLogLevel.Error, "output_dir is empty; expected the path of a directory.", "output_dir");
        else if (!Directory.Exists(OutputDir)) yield return new(BotLogLevel.Info, $"The directory '{OutputDir}' does not exist; it is created when the bot starts.", "output_dir");
    }
}
