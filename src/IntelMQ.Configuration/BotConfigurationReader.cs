using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration;

/// <summary>Reads the section of one bot and finds everything that is wrong in it.</summary>
internal sealed class BotConfigurationReader(string file, SourceMap global, IReadOnlyList<MergedParameter> environment)
{
    static readonly string[] Groups = ["Collector", "Parser", "Expert", "Output"];

    // The order in which the original checks them.
    static readonly string[] WantedKeys = ["description", "group", "module", "name", "enabled"];

    readonly ProblemList _problems = new(file);

    public BotConfiguration? Read(SourceEntry entry)
    {
        var path = ConfigurationPath.Root.Child(entry.Key);
        if (!IsValidId(entry.Key))
        {
            _problems.Add(Severity.Error, entry.KeySpan, path, $"{ValueText.Of(entry.Key)} is not a bot id", "letters a to z, digits and hyphens");
        }

        if (entry.Node.Value is not SourceMap section)
        {
            _problems.Add(Severity.Error, entry.Node.Span, path, $"The section of a bot is a map, not {ValueText.KindOf(entry.Node.Value)}", "module, group, name, description, enabled, run_mode and parameters");
            return null;
        }

        CheckKeys(entry, section, path);
        var own = Parameters(section, path);
        var merged = MergedParameters.Of(global, entry.Key, section, own, environment);
        var settings = BotSettingsReader.Read(merged, _problems);
        var destinations = DestinationQueues.Read(merged, _problems);
        var bot = new BotConfiguration
        {
            Id = entry.Key,
            Module = Text(section, "module", path) ?? "",
            Group = Text(section, "group", path),
            Name = Text(section, "name", path),
            Description = Text(section, "description", path),
            Enabled = Enabled(section, path),
            Parameters = own,
            Merged = merged,
            SourceQueue = SourceQueue(merged) ?? $"{entry.Key}-queue",
            Destinations = destinations,
            Settings = settings,
            Position = PositionOf(entry.KeySpan),
            ModulePosition = PositionOf(section.Find("module")?.Node.Span ?? entry.KeySpan),
            KeySpan = entry.KeySpan,
            Problems = [],
        };
        CheckRunMode(bot);
        CheckGroup(bot, section, path);
        CheckDestinations(bot, path);
        return bot with { Problems = _problems.Items };
    }

    /// <summary>What was found, also where there is no bot.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => _problems.Items;

    SourcePosition PositionOf(SourceSpan span) => new(file, span.Line, span.Column);

    internal static bool IsValidId(string id) => id.Length > 0 && id.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');

    void CheckKeys(SourceEntry entry, SourceMap section, ConfigurationPath path)
    {
        foreach (var key in WantedKeys.Where(key => !section.ContainsKey(key)))
        {
            _problems.Add(key == "module" ? Severity.Error : Severity.Warning, entry.KeySpan, path, $"Bot '{entry.Key}' has no '{key}'");
        }

        foreach (var other in section.Entries.Where(static key => !IsKnownKey(key.Key)))
        {
            var hint = FrameworkParameters.Names.Contains(other.Key)
                ? $"the key below {path}.parameters"
                : null;
            _problems.Add(Severity.Warning, other.KeySpan, path.Child(other.Key), $"Ignoring disallowed system parameter '{other.Key}'", hint,
                NearestName.Of(other.Key, [.. FrameworkParameters.SystemKeys, "parameters"]));
        }
    }

    static bool IsKnownKey(string key) =>
        key == "parameters" || FrameworkParameters.SystemKeys.Contains(key) || FrameworkParameters.IgnoredKeys.Contains(key);

    SourceMap Parameters(SourceMap section, ConfigurationPath path)
    {
        switch (section.Find("parameters"))
        {
            case null or { Node.Value: null }:
                return SourceMap.Empty;
            case { Node.Value: SourceMap parameters }:
                return parameters;
            case { } entry:
                _problems.AddValue(Severity.Error, Value(entry, path), "is not a map", "parameters by name");
                return SourceMap.Empty;
        }
    }

    string? Text(SourceMap section, string key, ConfigurationPath path)
    {
        switch (section.Find(key))
        {
            case null or { Node.Value: null }:
                return null;
            case { Node.Value: string { Length: > 0 } text }:
                return text;
            case { Node.Value: string } empty when key == "module":
                _problems.AddValue(Severity.Error, Value(empty, path), "is not a module", "a name such as intelmq.bots.outputs.file.output");
                return null;
            case { Node.Value: string }:
                return "";
            case { } entry:
                _problems.AddValue(Severity.Error, Value(entry, path), "is not a text", entry.Node.Value is SourceMap or SourceList ? "a text" : "a text in quotes");
                return null;
        }
    }

    bool Enabled(SourceMap section, ConfigurationPath path)
    {
        // The merge leaves out what says nothing, so the key is read here.
        switch (section.Find("enabled"))
        {
            case null or { Node.Value: null }:
                return true;
            case { Node.Value: bool enabled }:
                return enabled;
            case { } entry:
                var isFalse = entry.Node.Value is string text && (text.Equals("false", StringComparison.OrdinalIgnoreCase) || text is "no" or "off");
                _problems.AddValue(Severity.Error, Value(entry, path), "is not a boolean", "true or false", isFalse ? "false without quotes" : null);
                return !isFalse;
        }
    }

    string? SourceQueue(MergedParameters merged)
    {
        if (new SettingReader(merged, _problems).Find("source_queue") is not { } parameter)
        {
            return null;
        }

        if (parameter.Value is string { Length: > 0 } queue)
        {
            return queue;
        }

        _problems.AddValue(Severity.Error, parameter, "is not the name of a queue", "a text that is not empty");
        return null;
    }

    void CheckRunMode(BotConfiguration bot)
    {
        if (bot.Merged.TryFind("run_mode", out var mode) && mode.Value is not (null or "continuous" or "scheduled"))
        {
            // The sentence is the original's; operators search for it.
            var value = mode.Value as string ?? ValueText.Of(mode.Value);
            _problems.AddSentence(Severity.Error, mode, $"Bot '{bot.Id}' has invalid `run_mode` '{value}'. Must be 'continuous' or 'scheduled'");
        }
    }

    void CheckGroup(BotConfiguration bot, SourceMap section, ConfigurationPath path)
    {
        if (bot.Group is not null && !Groups.Contains(bot.Group))
        {
            _problems.AddValue(Severity.Warning, Value(section.Find("group")!, path), "is not a group",
                "one of " + string.Join(", ", Groups), NearestName.Of(bot.Group, Groups));
        }
        else if (bot.Group is not null && GroupOf(bot.Module) is { } other && other != bot.Group)
        {
            _problems.AddValue(Severity.Warning, Value(section.Find("group")!, path), $"is not the group of {bot.Module}", other);
        }
    }

    // The name of a module tells: intelmq.bots.parsers.…
    static string? GroupOf(string module) =>
        Groups.FirstOrDefault(group => module.StartsWith($"intelmq.bots.{group}s.", StringComparison.OrdinalIgnoreCase));

    void CheckDestinations(BotConfiguration bot, ConfigurationPath path)
    {
        if (bot.IsOutput || (bot.Group is not null && !Groups.Contains(bot.Group)))
        {
            return;
        }

        if (!bot.DestinationQueues.TryGetValue(Configuration.DestinationQueues.DefaultPath, out var queues) || queues.Count == 0)
        {
            var span = bot.Merged.TryFind("destination_queues", out var parameter) && parameter.Span.Line > 0 ? parameter.Span : bot.KeySpan;
            _problems.Add(Severity.Error, span, path.Child("parameters").Child("destination_queues"), $"Misconfiguration: No (default) destination queue for '{bot.Id}'",
                $"a list of queues, or a map with the path {Configuration.DestinationQueues.DefaultPath}");
        }
    }

    static MergedParameter Value(SourceEntry entry, ConfigurationPath path) =>
        new(entry.Key, entry.Node.Value, ParameterOrigin.System, path.Child(entry.Key), entry.Node.Span);
}
