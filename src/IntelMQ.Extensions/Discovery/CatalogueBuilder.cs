using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>Collects what the scanners find, decides who owns each bot, and makes the catalogue.</summary>
internal sealed class CatalogueBuilder
{
    readonly List<ExtensionPackage> _packages = [];
    readonly List<UnusedPackage> _unused = [];
    readonly List<PythonPackage> _python = [];
    readonly List<Problem> _problems = [];
    readonly Dictionary<string, string> _taken = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, string> _preferences = new(StringComparer.Ordinal);

    public void Add(Problem problem) => _problems.Add(problem);

    /// <summary>Adds a package, unless an earlier root has one of its id.</summary>
    public void Add(ExtensionPackage package)
    {
        if (_taken.TryGetValue(package.Id, out var earlier)) AddShadowed(package, earlier);
        else
        {
            _taken[package.Id] = package.Directory;
            _packages.Add(package);
        }
    }

    void AddShadowed(ExtensionPackage package, string earlier)
    {
        var info = new Problem(BotLogLevel.Info, $"{package} is not used: {earlier} comes first") { Package = package.Id, File = package.Directory };
        Add(new UnusedPackage(package.Id, package.Version.ToString(), package.Directory, UnusedReason.Shadowed, [info]) { Manifest = package.Manifest });
    }

    public void Add(UnusedPackage package)
    {
        _unused.Add(package);
        _problems.AddRange(package.Problems);

        // What an operator has switched off stays off: the same package in a later root does not step in.
        if (package.Reason == UnusedReason.Disabled) _taken.TryAdd(package.Id, package.Directory);
    }

    public void Add(PythonPackage package) => _python.Add(package);

    /// <summary>Adds a choice that a lock has recorded; an earlier root's stands.</summary>
    public void AddPreference(string bot, string id) => _preferences.TryAdd(bot, id);

    public Catalogue Build()
    {
        var claims = new SortedDictionary<string, List<BotOwner>>(StringComparer.Ordinal);
        foreach (var package in _packages)
        {
            foreach (var bot in package.Manifest.Bots) Claim(claims, new PackagedBot(package, bot));
        }

        foreach (var bot in _python.SelectMany(package => package.Bots)) Claim(claims, bot);
        WarnOfNamesWithoutOrganization();
        List<CatalogueBot> bots = [.. claims.Select(claim => Decide(claim.Key, claim.Value))];
        WarnOfHiddenPythonBots(bots);
        var rules = new ContributionRules(_packages, _preferences, Add);
        return new Catalogue(_packages, _unused, _python, bots, rules.DecideFields(), rules.ListFeeds(), rules.DecideUpgrades(bots), _problems);
    }

    static void Claim(SortedDictionary<string, List<BotOwner>> claims, BotOwner owner)
    {
        if (claims.TryGetValue(owner.Bot, out var owners)) owners.Add(owner);
        else claims[owner.Bot] = [owner];
    }

    CatalogueBot Decide(string name, List<BotOwner> owners)
    {
        if (owners.Count == 1) return new CatalogueBot(name, owners, owners[0]);
        if (owners.Any(owner => owner.Origin == PackageOrigin.BuiltIn)) RefuseBuiltInName(name, owners);
        var first = owners[0].Origin;
        var equals = owners.Count(owner => owner.Origin == first);
        if (equals == 1) return new CatalogueBot(name, owners, owners[0]);
        if (_preferences.TryGetValue(name, out var id))
        {
            var preferred = owners.Find(owner => owner.PackageId.Equals(id, StringComparison.OrdinalIgnoreCase));
            if (preferred is not null) return new CatalogueBot(name, owners, preferred);
        }

        Add(new Problem(BotLogLevel.Error, ConflictingBot.Describe(name, owners)) { Package = string.Join(", ", owners.Select(owner => owner.PackageId)) });
        return new CatalogueBot(name, owners, null);
    }

    /// <summary>The name of a built-in bot cannot be taken.</summary>
    void RefuseBuiltInName(string name, List<BotOwner> owners)
    {
        foreach (var owner in owners.Where(owner => owner.Origin == PackageOrigin.Extension))
        {
            Add(new Problem(BotLogLevel.Error, $"{owner} offers {name}, which belongs to IntelMQ itself; the built-in bot is used") { Package = owner.PackageId });
        }

        owners.RemoveAll(owner => owner.Origin == PackageOrigin.Extension);
    }

    void WarnOfNamesWithoutOrganization()
    {
        foreach (var package in _packages.Where(package => package.Origin == PackageOrigin.Extension))
        {
            foreach (var bot in package.Manifest.Bots.Where(bot => !BotName.HasOrganization(bot.Name)))
            {
                Add(new Problem(BotLogLevel.Warning, $"{bot.Name} does not say whose bot it is; expected intelmq.bots.<group>.<organization>.<name>") { Package = package.Id });
            }
        }
    }

    // One sentence per package: a full installation of the original hides a hundred and more.
    void WarnOfHiddenPythonBots(List<CatalogueBot> bots)
    {
        var hidden = bots
            .Where(bot => bot.Chosen is { Origin: not PackageOrigin.Python })
            .SelectMany(bot => bot.Owners.Where(owner => owner.Origin == PackageOrigin.Python))
            .GroupBy(owner => (owner.PackageId, owner.PackageVersion));
        foreach (var package in hidden)
        {
            var names = package.Select(owner => owner.Bot).ToList();
            var which = names.Count == 1 ? $"{names[0]} is" : $"{names.Count} bots, {names[0]} among them, are";
            Add(new Problem(BotLogLevel.Warning, $"{which} also there as .NET; that is used, unless a bot says 'package: {package.Key.PackageId}'") { Package = package.Key.PackageId });
        }
    }
}
