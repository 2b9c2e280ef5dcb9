namespace IntelMQ.Configuration.Editing;

/// <summary>Changes <c>runtime.yaml</c>: comments, order and quoting of everything else stay. Nothing is written before <see cref="YamlFileEditor.Save"/>.</summary>
internal sealed class RuntimeFileEditor : YamlFileEditor
{
    const string Parameters = "parameters";

    RuntimeFileEditor(string file, string text)
        : base(file, text)
    {
    }

    /// <summary>Opens a file.</summary>
    /// <inheritdoc cref="YamlFileEditor.Open" path="/exception"/>
    public static new RuntimeFileEditor Open(string file) => new(file, Read(file));

    /// <summary>Opens a text as the content of a file, which need not exist yet.</summary>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static RuntimeFileEditor Over(string text, string file) => new(file, text);

    /// <summary>Enables or disables a bot.</summary>
    /// <exception cref="ConfigurationEditException">There is no such bot, or its section cannot be changed in place.</exception>
    public void SetEnabled(string botId, bool enabled) => SetSystemKey(botId, "enabled", enabled);

    /// <summary>Pins a bot to a package, or, with null, to none.</summary>
    /// <inheritdoc cref="SetEnabled" path="/exception"/>
    public void SetPackage(string botId, string? package)
    {
        if (package is null)
        {
            RemoveSystemKey(botId, "package");
        }
        else
        {
            SetSystemKey(botId, "package", package);
        }
    }

    /// <summary>Sets a key beside <c>parameters</c>.</summary>
    /// <inheritdoc cref="SetEnabled" path="/exception"/>
    public void SetSystemKey(string botId, string key, object? value)
    {
        RequireBot(botId);
        if (!FrameworkParameters.SystemKeys.Contains(key) && !FrameworkParameters.IgnoredKeys.Contains(key))
        {
            throw new ConfigurationEditException($"'{key}' is no key of a bot's section; known are {string.Join(", ", FrameworkParameters.SystemKeys)}");
        }

        Editor.Set([botId, key], value, before: Parameters);
    }

    /// <inheritdoc cref="SetEnabled" path="/exception"/>
    public void RemoveSystemKey(string botId, string key)
    {
        RequireBot(botId);
        Editor.Remove([botId, key]);
    }

    /// <summary>Sets a parameter of a bot. The value is a plain one: text, number, boolean, null, list or map.</summary>
    /// <inheritdoc cref="SetEnabled" path="/exception"/>
    public void SetParameter(string botId, string name, object? value)
    {
        RequireBot(botId);
        Editor.Set([botId, Parameters, name], value);
    }

    /// <summary>Removes a parameter of a bot; nothing happens if it is not there.</summary>
    /// <inheritdoc cref="SetEnabled" path="/exception"/>
    public void RemoveParameter(string botId, string name)
    {
        RequireBot(botId);
        Editor.Remove([botId, Parameters, name]);
    }

    /// <summary>Sets a global parameter; the section is made where it is missing.</summary>
    /// <exception cref="ConfigurationEditException">The section cannot be changed in place.</exception>
    public void SetGlobal(string name, object? value)
    {
        if (Editor.Root.ContainsKey(RuntimeConfiguration.GlobalKey))
        {
            Editor.Set([RuntimeConfiguration.GlobalKey, name], value);
        }
        else
        {
            Editor.Set([RuntimeConfiguration.GlobalKey], new Dictionary<string, object?> { [name] = value }, before: Editor.Root.Keys.FirstOrDefault());
        }
    }

    /// <summary>Removes a global parameter; nothing happens if it is not there.</summary>
    /// <exception cref="ConfigurationEditException">The section cannot be changed in place.</exception>
    public void RemoveGlobal(string name) => Editor.Remove([RuntimeConfiguration.GlobalKey, name]);

    /// <summary>Adds a bot after the others.</summary>
    /// <param name="section">Its section: <c>module</c>, <c>group</c>, <c>parameters</c> and so on, in the order to write.</param>
    /// <exception cref="ConfigurationEditException">The id is not one, or taken.</exception>
    public void AddBot(string botId, IReadOnlyDictionary<string, object?> section)
    {
        if (!BotConfigurationReader.IsValidId(botId) || botId == RuntimeConfiguration.GlobalKey)
        {
            throw new ConfigurationEditException($"{ValueText.Of(botId)} is not a bot id: letters a to z, digits and hyphens, but not '{RuntimeConfiguration.GlobalKey}'");
        }

        if (Editor.Root.ContainsKey(botId))
        {
            throw new ConfigurationEditException($"The bot '{botId}' exists already");
        }

        Editor.Set([botId], section);
    }

    /// <summary>Removes a bot with everything in its section.</summary>
    /// <inheritdoc cref="SetEnabled" path="/exception"/>
    public void RemoveBot(string botId)
    {
        RequireBot(botId);
        Editor.Remove([botId]);
    }

    void RequireBot(string botId)
    {
        if (botId == RuntimeConfiguration.GlobalKey || !Editor.Root.TryGetValue(botId, out var section))
        {
            var bots = Editor.Root.Keys.Where(static key => key != RuntimeConfiguration.GlobalKey);
            var hint = NearestName.Of(botId, bots) is { } nearest ? $"; did you mean '{nearest}'?" : "";
            throw new ConfigurationEditException($"There is no bot '{botId}'{hint}");
        }

        if (section is not IReadOnlyDictionary<string, object?>)
        {
            throw new ConfigurationEditException($"The section of the bot '{botId}' is {ValueText.KindOf(section)}, not a map; mend it by hand");
        }
    }
}
