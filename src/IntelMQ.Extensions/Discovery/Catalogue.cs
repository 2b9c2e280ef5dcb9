using System.Collections.Frozen;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>
/// All packages and bots of an installation at one moment; never changes. Every question has the same answer for every
/// caller: which of several packages gives a bot is decided by rules, never by order of files.
/// </summary>
internal sealed class Catalogue
{
    readonly FrozenDictionary<string, CatalogueBot> _bots;

    public Catalogue(
        IReadOnlyList<ExtensionPackage> packages,
        IReadOnlyList<UnusedPackage> unused,
        IReadOnlyList<PythonPackage> pythonPackages,
        IReadOnlyList<CatalogueBot> bots,
        IReadOnlyList<CatalogueField> fields,
        IReadOnlyList<CatalogueFeed> feeds,
        IReadOnlyList<CatalogueUpgrade> upgrades,
        IReadOnlyList<Problem> problems)
    {
        Packages = packages;
        Unused = unused;
        PythonPackages = pythonPackages;
        Bots = bots;
        Fields = fields;
        Feeds = feeds;
        Upgrades = upgrades;
        Problems = problems;
        _bots = bots.ToFrozenDictionary(bot => bot.Name, StringComparer.Ordinal);
    }

    /// <summary>Packages in use: built-in ones first, then by root and id.</summary>
    public IReadOnlyList<ExtensionPackage> Packages { get; }

    /// <summary>Packages that are there but not used, each with the reason.</summary>
    public IReadOnlyList<UnusedPackage> Unused { get; }

    /// <summary>Python packages with bots of the original's kind.</summary>
    public IReadOnlyList<PythonPackage> PythonPackages { get; }

    /// <summary>All bots that some package in use offers, sorted by name.</summary>
    public IReadOnlyList<CatalogueBot> Bots { get; }

    /// <summary>Fields that packages in use add to the data format, by key.</summary>
    public IReadOnlyList<CatalogueField> Fields { get; }

    /// <summary>Feeds that packages in use know, by provider and name.</summary>
    public IReadOnlyList<CatalogueFeed> Feeds { get; }

    /// <summary>Configuration upgrades that may run: by the bot that they are for, then in their order.</summary>
    public IReadOnlyList<CatalogueUpgrade> Upgrades { get; }

    /// <summary>Everything worth telling an operator, those of unused packages included.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>Finds a package in use by id, without regard to case.</summary>
    public ExtensionPackage? FindPackage(string id) => Packages.FirstOrDefault(package => package.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>Finds a field that packages add by its key.</summary>
    public CatalogueField? FindField(string key) => Fields.FirstOrDefault(field => field.Key == key);

    /// <summary>Says which package gives a bot.</summary>
    /// <param name="name">The full name.</param>
    /// <param name="package">The parameter <c>package</c> of the bot in <c>runtime.yaml</c>: the id of the package to take it from.</param>
    public BotResolution Resolve(string name, string? package = null)
    {
        if (!_bots.TryGetValue(name, out var bot)) return new UnknownBot(name, WhyUnknown(name));
        if (package is null) return bot.Chosen is { } chosen ? new ResolvedBot(chosen) : new ConflictingBot(name, bot.Owners);
        var pinned = bot.Owners.FirstOrDefault(owner => owner.PackageId.Equals(package, StringComparison.OrdinalIgnoreCase));
        return pinned is not null
            ? new ResolvedBot(pinned)
            : new UnknownBot(name, $"package {package} does not offer {name}; {string.Join(" and ", bot.Owners)} {(bot.Owners.Count == 1 ? "does" : "do")}");
    }

    string WhyUnknown(string name)
    {
        foreach (var unused in Unused)
        {
            if (unused.Manifest?.Bots.Any(bot => bot.Name == name) != true) continue;
            var why = unused.Reason switch
            {
                UnusedReason.Disabled => "which is disabled",
                UnusedReason.NotLocked => $"which is not in {LockFile.FileName}",
                UnusedReason.Shadowed => "which an earlier directory shadows",
                _ => $"which cannot be used: {unused.Problems[0].Text}",
            };
            return $"{name} is offered by {unused.Id} {unused.Version}, {why}";
        }

        return $"no installed package offers {name}.{NearestName.Hint(name, Bots.Select(bot => bot.Name))}";
    }
}

/// <summary>A name of a bot and the packages that offer it.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Owners">Those that may be chosen, at least one; what a built-in bot shadows is not among them.</param>
/// <param name="Chosen">The one that is used where a bot's configuration names none; null when several have the same right to it.</param>
internal sealed record CatalogueBot(string Name, IReadOnlyList<BotOwner> Owners, BotOwner? Chosen)
{
    /// <summary>The one to describe: the chosen one, or any.</summary>
    public BotOwner Shown => Chosen ?? Owners[0];
}

/// <summary>Which package gives a bot.</summary>
internal abstract record BotResolution;

/// <summary>This one.</summary>
internal sealed record ResolvedBot(BotOwner Owner) : BotResolution;

/// <summary>Several packages offer it and nobody has said which one to use, so none is.</summary>
internal sealed record ConflictingBot(string Name, IReadOnlyList<BotOwner> Owners) : BotResolution
{
    public string Text => Describe(Name, Owners);

    public static string Describe(string name, IReadOnlyList<BotOwner> owners) =>
        $"{name} is offered by {string.Join(" and by ", owners)}; none is used until one is chosen: 'intelmqctl extensions prefer {name} {owners[0].PackageId}', or 'package: {owners[0].PackageId}' at the bot";
}

/// <summary>None.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Text">Why, and the nearest name if there is one.</param>
internal sealed record UnknownBot(string Name, string Text) : BotResolution;
