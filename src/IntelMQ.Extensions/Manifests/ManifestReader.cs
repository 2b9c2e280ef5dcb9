using System.Text.Json;
using System.Text.RegularExpressions;

namespace IntelMQ.Extensions;

/// <summary>Reads <c>extension.json</c>. Nothing of the package is opened beside it, and no code of it runs.</summary>
internal static partial class ManifestReader
{
    public const string FileName = "extension.json";

    /// <summary>The version of the manifest's format that this IntelMQ reads.</summary>
    public const int FormatVersion = 1;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ExtensionException">It cannot be read or is wrong; everything wrong is said.</exception>
    public static ExtensionManifest ReadFile(string file) => Read(file, SmallFile.Read(file));

    /// <summary>Reads the bytes of a manifest.</summary>
    /// <param name="file">What messages call it.</param>
    /// <param name="bytes">UTF-8.</param>
    /// <exception cref="ExtensionException">It is wrong; everything wrong is said.</exception>
    public static ExtensionManifest Read(string file, ReadOnlyMemory<byte> bytes) => StrictJson.Read(file, bytes, ReadRoot);

    static ExtensionManifest ReadRoot(StrictObject root)
    {
        root.FormatNumber("manifestVersion", FormatVersion, "a newer IntelMQ may read it");
        var id = root.Text("id", "the NuGet id of the package");
        if (id.Length > 0 && !IsId(id)) root.Fail("id", $"'{id}' is no id: letters, digits, '.', '_' and '-', at most 100, not starting or ending with '.'");
        var runtime = root.Object("runtime", required: true);
        var ownProcess = root.Choice("isolation", "any", "process") == "process" || runtime?.OptionalText("kind") == "process";
        return new ExtensionManifest
        {
            Id = id,
            Version = ReadVersion(root),
            Title = root.OptionalText("title"),
            Description = root.OptionalText("description"),
            Authors = root.OptionalText("authors"),
            License = root.OptionalText("license"),
            ProjectUrl = root.OptionalText("projectUrl"),
            Repository = root.OptionalText("repository"),
            Commit = root.OptionalText("commit"),
            Sdk = ReadSdk(root, required: runtime?.OptionalText("kind") == "dotnet"),
            Runtime = runtime is { } given ? ReadRuntime(given) : new DotnetRuntime("", ""),
            Platforms = runtime?.TextList("platforms", required: false) ?? [],
            Dependencies = root.Texts("dependencies"),
            Bots = ReadBots(root, ownProcess),
            Contributions = ContributionsReader.Read(root),
        };
    }

    static SemanticVersion ReadVersion(StrictObject root)
    {
        var text = root.Text("version", "a version such as 1.2.3");
        if (SemanticVersion.TryParse(text, out var version)) return version;
        if (text.Length > 0) root.Fail("version", $"'{text}' is not a version of SemVer 2 such as 1.2.3 or 1.2.3-beta.1");
        return new SemanticVersion(0, 0, 0);
    }

    static SdkRequirement? ReadSdk(StrictObject root, bool required)
    {
        if (root.Object("sdk", required) is not { } sdk) return null;
        var text = sdk.Text("range", "an interval of versions such as [1.1.0, 2.0.0)");
        if (VersionRange.TryParse(text, out var range)) return new(range, sdk.OptionalText("built"), sdk.OptionalText("min"));
        if (text.Length > 0) sdk.Fail("range", $"'{text}' is not an interval of versions such as [1.1.0, 2.0.0)");
        return null;
    }

    static ExtensionRuntime ReadRuntime(StrictObject runtime)
    {
        if (!runtime.Has("kind")) runtime.Fail("kind", "is missing; expected dotnet or process");
        if (runtime.Choice("kind", "dotnet", "process") == "process")
        {
            runtime.FormatNumber("protocol", 1, "a newer IntelMQ may speak it");
            var command = runtime.TextList("command", required: true);
            if (command.Count == 0 && runtime.Has("command")) runtime.Fail("command", "is empty; expected a program and its arguments");
            return new ProcessRuntime(command, 1);
        }

        var framework = runtime.Text("framework", "a target framework such as net10.0");
        if (framework.Length > 0 && !FrameworkName().IsMatch(framework)) runtime.Fail("framework", $"'{framework}' is not a target framework such as net10.0");
        var entry = runtime.Text("entry", "the path of a DLL");
        if (entry.Length > 0 && !PackagePath.IsSafe(entry)) runtime.Fail("entry", $"'{entry}' is not a relative path with slashes that stays in the package");
        else if (entry.Length > 0 && !entry.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)) runtime.Fail("entry", $"'{entry}' is not a DLL");
        return new DotnetRuntime(framework, entry);
    }

    static List<BotManifest> ReadBots(StrictObject root, bool ownProcess)
    {
        var bots = new List<BotManifest>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var list = root.ObjectList("bots", required: true);
        if (list.Count == 0 && root.Has("bots")) root.Fail("bots", "is empty; a package has at least one bot");
        foreach (var bot in list)
        {
            var read = ReadBot(bot, ownProcess);
            if (read.Name.Length > 0 && !names.Add(read.Name)) bot.Fail("name", $"'{read.Name}' is there twice");
            bots.Add(read);
        }

        return bots;
    }

    static BotManifest ReadBot(StrictObject bot, bool ownProcess)
    {
        var name = bot.Text("name", "intelmq.bots.<group>.<organization>.<name>");
        var wellFormed = BotName.TryGetGroup(name, out var group);
        if (name.Length > 0 && !wellFormed) bot.Fail("name", $"'{name}' is not {BotName.Form}");
        if (!bot.Has("group")) bot.Fail("group", "is missing; expected collectors, parsers, experts or outputs");
        var given = bot.Choice("group", "collectors", "parsers", "experts", "outputs");
        if (wellFormed && given is not null && given != BotName.TextOf(group)) bot.Fail("group", $"'{given}' is not the group in the name, {BotName.TextOf(group)}");
        return new BotManifest
        {
            Name = name,
            Group = group,
            Type = bot.OptionalText("type"),
            Summary = bot.OptionalText("summary"),
            Description = bot.OptionalText("description"),
            OwnProcess = bot.Choice("isolation", "any", "process") == "process" || ownProcess,
            SingleInstance = bot.Boolean("singleInstance", otherwise: false),
            Schema = ReadSchema(bot),
        };
    }

    static JsonElement ReadSchema(StrictObject bot)
    {
        if (bot.Object("parameters", required: true) is not { } schema) return default;
        schema.TextList("required", required: false);
        if (schema.Object("properties", required: false) is { } properties) properties.Objects();
        return schema.Element;
    }

    /// <summary>Whether a text can be the id of a package, and so the name of its folder.</summary>
    public static bool IsId(string text) => IdForm().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdForm();

    [GeneratedRegex(@"\Anet[1-9][0-9]?\.[0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex FrameworkName();
}
