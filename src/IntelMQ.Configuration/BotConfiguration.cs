using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration;

/// <summary>One bot of the runtime configuration.</summary>
internal sealed record BotConfiguration
{
    public required string Id { get; init; }

    /// <summary>Name of the code, <c>intelmq.bots.…</c>; empty where the file has none, which is an error.</summary>
    public required string Module { get; init; }

    /// <summary><c>Collector</c>, <c>Parser</c>, <c>Expert</c> or <c>Output</c>, as written; null where missing.</summary>
    public string? Group { get; init; }

    /// <summary>Name for people; null where missing.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>Takes part when the botnet starts. True where the file says nothing.</summary>
    public required bool Enabled { get; init; }

    public RunMode RunMode => Settings.RunMode;

    /// <summary>The bot's own parameters as written.</summary>
    public required IReadOnlyDictionary<string, object?> Parameters { get; init; }

    /// <summary>What holds for the bot: global parameters, its own, and the environment.</summary>
    public required MergedParameters Merged { get; init; }

    /// <summary>The queue it reads, also for a collector, which never does.</summary>
    public required string SourceQueue { get; init; }

    /// <summary>Where it sends.</summary>
    public required DestinationQueues Destinations { get; init; }

    /// <summary>The queues of each path.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> DestinationQueues => Destinations.Paths;

    /// <summary>The settings that the host acts on, with the defaults that hold for all bots.</summary>
    public required BotSettings Settings { get; init; }

    /// <summary>Where the bot begins in the file.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>Where the name of the code stands; where the bot begins if there is none.</summary>
    public required SourcePosition ModulePosition { get; init; }

    /// <summary>What is wrong with this bot, problems of global parameters included.</summary>
    public required IReadOnlyList<ConfigurationProblem> Problems { get; init; }

    /// <summary>The bot cannot run like this.</summary>
    public bool HasErrors => Problems.Any(static problem => problem.Severity == Severity.Error);

    /// <summary>A collector reads no queue.</summary>
    public bool IsCollector => IsOf("Collector", ".collectors.");

    /// <summary>An output sends nothing.</summary>
    public bool IsOutput => IsOf("Output", ".outputs.");

    // The span of the key in the file, for problems that concern the bot as a whole.
    internal SourceSpan KeySpan { get; init; }

    bool IsOf(string group, string part) =>
        Group is null ? Module.Contains(part, StringComparison.Ordinal) : Group.Equals(group, StringComparison.OrdinalIgnoreCase);
}
