using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration;

/// <summary>Who gave a parameter its value. Later ones win.</summary>
internal enum ParameterOrigin
{
    /// <summary>The default that the bot itself declares.</summary>
    Default,

    /// <summary>The section <c>global</c>.</summary>
    Global,

    /// <summary>A key of the bot's section beside <c>parameters</c>.</summary>
    System,

    /// <summary>The bot's <c>parameters</c>.</summary>
    Own,

    /// <summary>A variable <c>INTELMQ_…</c> of the process.</summary>
    Environment,
}

/// <summary>A value with where it comes from. <paramref name="Path"/> and <paramref name="Span"/> are those of the value itself.</summary>
internal readonly record struct MergedParameter(string Name, object? Value, ParameterOrigin Origin, ConfigurationPath Path, SourceSpan Span)
{
    /// <summary>Where a value inside of this one is.</summary>
    public MergedParameter Item(int index) => Inside(Path.Item(index), ((SourceList)Value!).Nodes[index]);

    /// <inheritdoc cref="Item"/>
    public MergedParameter Child(SourceEntry entry) => Inside(Path.Child(entry.Key), entry.Node);

    MergedParameter Inside(ConfigurationPath path, SourceNode node) => this with { Value = node.Value, Path = path, Span = node.Span };
}

/// <summary>All parameters that hold for a bot, each with its origin.</summary>
internal sealed class MergedParameters : IReadOnlyDictionary<string, object?>
{
    readonly Dictionary<string, MergedParameter> _parameters;

    MergedParameters(Dictionary<string, MergedParameter> parameters) => _parameters = parameters;

    public int Count => _parameters.Count;

    public IEnumerable<string> Keys => _parameters.Keys;

    public IEnumerable<object?> Values => _parameters.Values.Select(static parameter => parameter.Value);

    public IEnumerable<MergedParameter> All => _parameters.Values;

    public object? this[string key] => _parameters[key].Value;

    public bool TryFind(string name, out MergedParameter parameter) => _parameters.TryGetValue(name, out parameter);

    public bool ContainsKey(string key) => _parameters.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        var found = _parameters.TryGetValue(key, out var parameter);
        value = parameter.Value;
        return found;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
        _parameters.Values.Select(static parameter => KeyValuePair.Create(parameter.Name, parameter.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Merges by the original's order: global, the bot's system keys that say something, its parameters, the environment.</summary>
    public static MergedParameters Of(SourceMap global, string? botId, SourceMap section, SourceMap own, IReadOnlyList<MergedParameter> environment)
    {
        var merged = new Dictionary<string, MergedParameter>(global.Count + own.Count + 8, StringComparer.Ordinal);
        Add(merged, global, ParameterOrigin.Global, ConfigurationPath.Root.Child(RuntimeConfiguration.GlobalKey));
        if (botId is not null)
        {
            var bot = ConfigurationPath.Root.Child(botId);
            foreach (var key in FrameworkParameters.SystemKeys)
            {
                if (section.Find(key) is { } entry && SaysSomething(entry.Node.Value))
                {
                    merged[key] = new MergedParameter(key, entry.Node.Value, ParameterOrigin.System, bot.Child(key), entry.Node.Span);
                }
            }

            Add(merged, own, ParameterOrigin.Own, bot.Child("parameters"));
        }

        foreach (var parameter in environment)
        {
            merged[parameter.Name] = parameter;
        }

        return new MergedParameters(merged);
    }

    /// <summary>The same with defaults for what is not given.</summary>
    public MergedParameters WithDefaults(IReadOnlyDictionary<string, object?> defaults)
    {
        var merged = new Dictionary<string, MergedParameter>(_parameters, StringComparer.Ordinal);
        foreach (var (name, value) in defaults)
        {
            if (!merged.TryGetValue(name, out var given) || given.Value is null)
            {
                merged[name] = new MergedParameter(name, value, ParameterOrigin.Default, ConfigurationPath.Root.Child(name), default);
            }
        }

        return new MergedParameters(merged);
    }

    /// <summary>
    /// The parameters that the environment sets. Those that only say where files are or belong to the API are left out,
    /// which the original does not do; no bot can want them.
    /// </summary>
    public static IReadOnlyList<MergedParameter> FromEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        const string prefix = "INTELMQ_";
        return
        [
            .. from variable in environment
               where variable.Key.StartsWith(prefix, StringComparison.Ordinal) && variable.Key.Length > prefix.Length
                     && !NotParameters.Contains(variable.Key)
               orderby variable.Key
               select new MergedParameter(
                   variable.Key[prefix.Length..].ToLowerInvariant(), FromText(variable.Value), ParameterOrigin.Environment,
                   ConfigurationPath.Root.Child(variable.Key), default),
        ];
    }

    /// <summary>A value given as text: <c>True</c> and <c>False</c> are booleans, digits a whole number, all else text.</summary>
    public static object FromText(string text) =>
        text switch
        {
            "True" => true,
            "False" => false,
            _ when text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('0', '9') => text,
            _ => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : (object)BigInteger.Parse(text, CultureInfo.InvariantCulture),
        };

    static readonly HashSet<string> NotParameters = new(StringComparer.Ordinal)
    {
        "INTELMQ_ROOT_DIR", "INTELMQ_PATHS_NO_OPT", "INTELMQ_PATHS_OPT", "INTELMQ_MANAGER_CONTROLLER_CMD", "INTELMQ_API_CONFIG",
    };

    static void Add(Dictionary<string, MergedParameter> merged, SourceMap map, ParameterOrigin origin, ConfigurationPath path)
    {
        foreach (var entry in map.Entries)
        {
            merged[entry.Key] = new MergedParameter(entry.Key, entry.Node.Value, origin, path.Child(entry.Key), entry.Node.Span);
        }
    }

    static bool SaysSomething(object? value) =>
        value switch
        {
            null or false or "" or 0L or 0.0 => false,
            SourceList list => list.Count > 0,
            SourceMap map => map.Count > 0,
            _ => true,
        };
}
