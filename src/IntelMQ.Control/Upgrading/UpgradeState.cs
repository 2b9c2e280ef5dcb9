using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntelMQ.Configuration.Editing;
using IntelMQ.Configuration.Upgrading;

namespace IntelMQ.Control.Upgrading;

/// <summary>Which upgrades an installation has behind it: <c>state.json</c>, which the original reads and writes too.</summary>
sealed class UpgradeState
{
    const string VersionsKey = "version_history", UpgradesKey = "upgrades", ResultsKey = "results";

    static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, IndentSize = 4 };

    readonly JsonObject _root;

    UpgradeState(JsonObject root)
    {
        _root = root;
        Versions = Member(VersionsKey, static () => new JsonArray());
        Upgrades = Member(UpgradesKey, static () => new JsonObject());
        Results = Member(ResultsKey, static () => new JsonArray());
    }

    JsonArray Versions { get; }

    JsonObject Upgrades { get; }

    JsonArray Results { get; }

    /// <summary>The version that the configuration was last brought to; null where none is known.</summary>
    public UpgradeVersion? LastVersion => Versions.Count > 0 && Versions[^1] is JsonArray parts
        ? UpgradeVersion.Of(parts.Select(static part => part is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? (object?)value.GetValue<long>() : part?.ToString()))
        : null;

    public static UpgradeState Empty => new([]);

    /// <summary>Reads the file.</summary>
    /// <exception cref="ControlException">It is not one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static UpgradeState Load(string file)
    {
        try
        {
            return new UpgradeState(JsonNode.Parse(File.ReadAllText(file)) as JsonObject ?? throw new ControlException($"State file '{file}' is no JSON object."));
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            throw new ControlException($"State file '{file}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether a rule has run: true when nothing was left to do, false when something was, null when it never ran.</summary>
    public bool? IsDone(string rule) => Upgrades[rule]?.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public void Record(string rule, UpgradeOutcome outcome, DateTimeOffset time)
    {
        Upgrades[rule] = outcome.IsDone;
        Results.Add(new JsonObject
        {
            ["function"] = rule,
            ["retval"] = outcome.Demand ?? (JsonNode?)(outcome.Changed ? true : null),
            ["success"] = outcome.IsDone,
            ["time"] = time.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        });
    }

    public void Reached(UpgradeVersion version)
    {
        if (LastVersion is { } last && last.CompareTo(version) >= 0) return;
        Versions.Add(new JsonArray([.. version.Parts.Select(static part => part is long number ? JsonValue.Create(number) : (JsonNode?)JsonValue.Create((string)part))]));
    }

    /// <summary>Writes the file; the old one stays beside it as <c>state.json.bak</c>.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        if (File.Exists(file)) File.Copy(file, file + ".bak", overwrite: true);
        AtomicFile.Write(file, _root.ToJsonString(Layout) + "\n");
    }

    T Member<T>(string name, Func<T> create)
        where T : JsonNode
    {
        if (_root[name] is T member) return member;
        member = create();
        _root[name] = member;
        return member;
    }
}
