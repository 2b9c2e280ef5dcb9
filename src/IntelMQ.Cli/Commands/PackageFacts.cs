using IntelMQ.Extensions;

namespace IntelMQ.Cli.Commands;

/// <summary>What commands tell of packages with <c>--type json</c>, the same in each of them.</summary>
static class PackageFacts
{
    public static string OriginOf(PackageOrigin origin) => origin switch
    {
        PackageOrigin.BuiltIn => "built-in",
        PackageOrigin.Python => "python",
        _ => "extension",
    };

    public static string StateOf(UnusedPackage package) => package.Reason switch
    {
        UnusedReason.NotLocked => "not in the lock",
        var reason => reason.ToString().ToLowerInvariant(),
    };

    public static Dictionary<string, object?> Of(ExtensionPackage package) => new(StringComparer.Ordinal)
    {
        ["id"] = package.Id,
        ["version"] = package.Version.ToString(),
        ["origin"] = OriginOf(package.Origin),
        ["state"] = "in use",
        ["bots"] = package.Manifest.Bots.Select(b => (object?)b.Name).ToList(),
        ["contributions"] = Of(package.Manifest.Contributions),
    };

    public static Dictionary<string, object?> Of(PythonPackage package) => new(StringComparer.Ordinal)
    {
        ["id"] = package.Name,
        ["version"] = package.Version,
        ["origin"] = OriginOf(PackageOrigin.Python),
        ["state"] = "in use",
        ["bots"] = package.Bots.Select(b => (object?)b.Bot).ToList(),
    };

    public static Dictionary<string, object?> Of(UnusedPackage package) => new(StringComparer.Ordinal)
    {
        ["id"] = package.Id,
        ["version"] = package.Version,
        ["origin"] = OriginOf(PackageOrigin.Extension),
        ["state"] = StateOf(package),
        ["problems"] = package.Problems.Select(p => (object?)p.ToString()).ToList(),
        ["bots"] = package.Manifest?.Bots.Select(b => (object?)b.Name).ToList() ?? [],
        ["contributions"] = Of(package.Manifest?.Contributions ?? Contributions.None),
    };

    /// <summary>What a package gives besides bots; what it does not give is left out.</summary>
    public static Dictionary<string, object?> Of(Contributions contributions)
    {
        var facts = new Dictionary<string, object?>(StringComparer.Ordinal);
        Add("fields", contributions.Fields, field => new(StringComparer.Ordinal)
        {
            ["section"] = field.Section, ["name"] = field.Name, ["type"] = field.Type, ["length"] = field.Length, ["regex"] = field.Regex, ["iregex"] = field.CaseInsensitiveRegex, ["description"] = field.Description,
        });
        Add("feeds", contributions.Feeds, Of);
        Add("pages", contributions.Pages, page => new(StringComparer.Ordinal) { ["path"] = page.Path, ["title"] = page.Title });
        Add("upgrades", contributions.Upgrades, upgrade => new(StringComparer.Ordinal) { ["bot"] = upgrade.Bot, ["version"] = upgrade.Version.ToString(), ["type"] = upgrade.Type, ["summary"] = upgrade.Summary });
        Add("checks", contributions.Checks, check => new(StringComparer.Ordinal) { ["type"] = check.Type, ["summary"] = check.Summary });
        return facts;

        void Add<T>(string name, IReadOnlyList<T> items, Func<T, Dictionary<string, object?>> describe)
        {
            if (items.Count > 0) facts[name] = items.Select(item => (object?)WithoutNulls(describe(item))).ToList();
        }
    }

    public static Dictionary<string, object?> Of(FeedManifest feed) => new(StringComparer.Ordinal)
    {
        ["provider"] = feed.Provider,
        ["name"] = feed.Name,
        ["description"] = feed.Description,
        ["additional_information"] = feed.AdditionalInformation,
        ["documentation"] = feed.Documentation,
        ["revision"] = feed.Revision,
        ["public"] = feed.IsPublic,
        ["bots"] = feed.Bots.ToDictionary(
            bot => BotName.TextOf(bot.Group)[..^1],
            bot => (object?)WithoutNulls(new(StringComparer.Ordinal) { ["module"] = bot.Module, ["parameters"] = bot.Parameters is { } parameters ? ParameterManifest.ToObject(parameters) : null }),
            StringComparer.Ordinal),
    };

    public static Dictionary<string, object?> WithoutNulls(Dictionary<string, object?> facts)
    {
        foreach (var name in facts.Where(fact => fact.Value is null).Select(fact => fact.Key).ToList()) facts.Remove(name);
        return facts;
    }
}
