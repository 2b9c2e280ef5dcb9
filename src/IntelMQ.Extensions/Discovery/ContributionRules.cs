using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>
/// Decides what of the contributions of several packages is used. As with bots, nobody wins by coming first or last: what
/// packages say differently about one thing is used from neither, both are named, and an operator chooses.
/// </summary>
/// <param name="packages">Those in use.</param>
/// <param name="preferences">What operators have chosen, by key.</param>
/// <param name="add">Is told what is wrong.</param>
internal sealed class ContributionRules(IReadOnlyList<ExtensionPackage> packages, IReadOnlyDictionary<string, string> preferences, Action<Problem> add)
{
    /// <summary>All fields that packages add, by key.</summary>
    public IReadOnlyList<CatalogueField> DecideFields()
    {
        var claims = packages.SelectMany(package => package.Manifest.Contributions.Fields.Select(field => new FieldOwner(package, field)))
            .GroupBy(owner => CatalogueField.KeyOf(owner.Field), StringComparer.Ordinal)
            .OrderBy(claim => claim.Key, StringComparer.Ordinal);
        return [.. claims.Select(claim => Decide(claim.Key, [.. claim])).OfType<CatalogueField>()];
    }

    CatalogueField? Decide(string key, List<FieldOwner> owners)
    {
        if (OwnFields.Find(key) is { } own)
        {
            foreach (var owner in owners.Where(owner => !FieldOwner.DemandTheSame(owner.Field, own)))
            {
                Add(BotLogLevel.Error, $"{owner.Package} defines the field {key} ({FieldOwner.Describe(owner.Field)}), which belongs to IntelMQ itself ({FieldOwner.Describe(own)}); that definition is used", owner.Package);
            }

            return null;
        }

        if (owners.TrueForAll(owner => FieldOwner.DemandTheSame(owner.Field, owners[0].Field))) return new CatalogueField(key, owners, owners[0]);
        if (preferences.TryGetValue(key, out var id) && owners.Find(owner => owner.Package.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) is { } preferred)
        {
            return new CatalogueField(key, owners, preferred);
        }

        Add(
            BotLogLevel.Error,
            $"the field {key} is defined by {string.Join(" and by ", owners)}; none is used until one is chosen: 'intelmqctl extensions prefer {key} {owners[0].Package.Id}'",
            [.. owners.Select(owner => owner.Package)]);
        return new CatalogueField(key, owners, null);
    }

    /// <summary>All feeds, by provider and name; those that several packages know are told.</summary>
    public IReadOnlyList<CatalogueFeed> ListFeeds()
    {
        var feeds = packages.SelectMany(package => package.Manifest.Contributions.Feeds.Select(feed => new CatalogueFeed(package, feed)))
            .OrderBy(feed => feed.Feed.Provider, StringComparer.Ordinal).ThenBy(feed => feed.Feed.Name, StringComparer.Ordinal).ToList();
        foreach (var same in feeds.GroupBy(feed => feed.Feed.ToString(), StringComparer.Ordinal).Where(same => same.Count() > 1))
        {
            List<ExtensionPackage> owners = [.. same.Select(feed => feed.Package)];
            Add(BotLogLevel.Warning, $"the feed '{same.First().Feed}' is described by {string.Join(" and by ", owners)}; both descriptions are listed", [.. owners]);
        }

        return feeds;
    }

    /// <summary>The upgrades that may run: for bots of the package itself, and for names of bots that nobody has.</summary>
    /// <param name="bots">All bots.</param>
    public IReadOnlyList<CatalogueUpgrade> DecideUpgrades(IReadOnlyList<CatalogueBot> bots)
    {
        var claims = packages.SelectMany(package => package.Manifest.Contributions.Upgrades.Select(upgrade => new CatalogueUpgrade(package, upgrade)))
            .GroupBy(claim => claim.Upgrade.Bot, StringComparer.Ordinal)
            .OrderBy(claim => claim.Key, StringComparer.Ordinal).ToList();
        if (claims.Count == 0) return [];
        var owners = bots.ToDictionary(bot => bot.Name, bot => bot.Owners, StringComparer.Ordinal);
        return [.. claims.SelectMany(claim => Decide(claim.Key, [.. claim], owners.GetValueOrDefault(claim.Key)))];
    }

    IEnumerable<CatalogueUpgrade> Decide(string bot, List<CatalogueUpgrade> claims, IReadOnlyList<BotOwner>? owners)
    {
        if (owners is null)
        {
            List<ExtensionPackage> claimants = [.. claims.Select(claim => claim.Package).Distinct()];
            if (claimants.Count == 1) return InOrder(claims);
            Add(BotLogLevel.Error, $"{string.Join(" and ", claimants)} have upgrades for the configuration of {bot}, a bot that neither offers; none of them is run", [.. claimants]);
            return [];
        }

        foreach (var stranger in claims.Where(claim => !Owns(claim)).Select(claim => claim.Package).Distinct())
        {
            Add(BotLogLevel.Error, $"{stranger} has an upgrade for the configuration of {bot}, which is a bot of {string.Join(" and of ", owners)}; it is not run", stranger);
        }

        return InOrder(claims.Where(Owns));
        bool Owns(CatalogueUpgrade claim) => owners.Any(owner => owner is PackagedBot packaged && packaged.Package == claim.Package);
    }

    static IEnumerable<CatalogueUpgrade> InOrder(IEnumerable<CatalogueUpgrade> upgrades) =>
        upgrades.OrderBy(upgrade => upgrade.Upgrade.Version).ThenBy(upgrade => upgrade.Upgrade.Type, StringComparer.Ordinal);

    void Add(BotLogLevel level, string text, params ReadOnlySpan<ExtensionPackage> about)
    {
        var ids = new List<string>();
        foreach (var package in about) ids.Add(package.Id);
        add(new Problem(level, text) { Package = string.Join(", ", ids) });
    }
}
