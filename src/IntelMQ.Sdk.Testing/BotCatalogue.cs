using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Sdk.Testing;

/// <summary>The bots of an assembly as the host sees them: the generated registrations and the manifest.</summary>
sealed class BotCatalogue
{
    static readonly ConcurrentDictionary<Assembly, BotCatalogue> Known = new();

    readonly Dictionary<string, BotRegistration> _registrations;
    readonly Dictionary<string, BotManifest> _manifests;

    BotCatalogue(Assembly assembly)
    {
        Assembly = assembly;
        var entry = assembly.GetCustomAttribute<ExtensionEntryAttribute>()?.Entry
            ?? throw new ArgumentException($"{assembly.GetName().Name} has no bots that the SDK's generator has seen. Does its project reference IntelMQ.Sdk as a package?", nameof(assembly));
        _registrations = ((IExtensionEntry)Activator.CreateInstance(entry, nonPublic: true)!).Bots.ToDictionary(static b => b.Name, StringComparer.Ordinal);
        var json = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "IntelMQ.Bots").Value!;
        _manifests = ((IEnumerable<object?>)PythonJsonReader.Parse(Encoding.UTF8.GetBytes(json))!)
            .Select(static b => new BotManifest((IReadOnlyDictionary<string, object?>)b!)).ToDictionary(static b => b.Name, StringComparer.Ordinal);
    }

    public Assembly Assembly { get; }

    public IEnumerable<string> Names => _registrations.Keys;

    public static BotCatalogue Of(Assembly assembly) => Known.GetOrAdd(assembly, static a => new(a));

    public static string NameOf(Type bot) =>
        bot.GetCustomAttribute<BotAttribute>()?.Name ?? throw new ArgumentException($"{bot.Name} has no [Bot] attribute.", nameof(bot));

    public BotRegistration Registration(string name) =>
        _registrations.TryGetValue(name, out var registration) ? registration : throw Unknown(name);

    public BotManifest Manifest(string name) => _manifests.TryGetValue(name, out var manifest) ? manifest : throw Unknown(name);

    /// <summary>The bots whose class stands in a namespace.</summary>
    public IEnumerable<string> In(string space) =>
        _manifests.Values.Where(m => m.Type.LastIndexOf('.') is var dot && dot >= 0 && m.Type[..dot] == space).Select(static m => m.Name);

    ArgumentException Unknown(string name) => new($"{Assembly.GetName().Name} has no bot '{name}'; it has {string.Join(", ", Names)}.");
}

/// <summary>What the manifest says about a bot.</summary>
sealed class BotManifest(IReadOnlyDictionary<string, object?> json)
{
    public string Name { get; } = (string)json["name"]!;

    public string Group { get; } = (string)json["group"]!;

    public string Type { get; } = (string)json["type"]!;

    /// <summary>The JSON Schema of each parameter.</summary>
    public IReadOnlyDictionary<string, object?> Parameters { get; } = (IReadOnlyDictionary<string, object?>)((IReadOnlyDictionary<string, object?>)json["parameters"]!)["properties"]!;

    public IReadOnlyList<string> Required { get; } =
        ((IReadOnlyDictionary<string, object?>)json["parameters"]!).TryGetValue("required", out var names) ? [.. ((IEnumerable<object?>)names!).Cast<string>()] : [];
}
