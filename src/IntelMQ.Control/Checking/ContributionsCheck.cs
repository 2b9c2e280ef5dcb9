using IntelMQ.Configuration;
using IntelMQ.Configuration.Schema;
using IntelMQ.Control.Upgrading;
using IntelMQ.Extensions;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Checking;

/// <summary>What packages give besides bots: whether their feeds can be fetched, and what their upgrades and checks say about the configuration.</summary>
/// <param name="catalogue">The packages.</param>
/// <param name="extensions">Loads those with upgrades or checks for configured bots.</param>
/// <param name="say">Is told each line.</param>
sealed class ContributionsCheck(Catalogue catalogue, ExtensionHost extensions, Action<BotLogLevel, string> say)
{
    public void Run(RuntimeConfiguration configuration)
    {
        foreach (var feed in catalogue.Feeds) CheckFeed(feed);
        TellUpgrades(configuration);
        RunChecks(configuration);
    }

    void CheckFeed(CatalogueFeed feed)
    {
        foreach (var bot in feed.Feed.Bots)
        {
            switch (catalogue.Resolve(bot.Module))
            {
                case ResolvedBot { Owner: PackagedBot owner }:
                    CheckParameters(feed, bot, owner);
                    break;
                case UnknownBot unknown:
                    Warn(feed, unknown.Text);
                    break;
                default:
                    // Disputes are told for themselves, and nothing is known of the parameters of Python bots.
                    break;
            }
        }
    }

    void CheckParameters(CatalogueFeed feed, FeedBot bot, PackagedBot owner)
    {
        if (bot.Parameters is not { } parameters || parameters.EnumerateObject().All(parameter => FrameworkParameters.Names.Contains(parameter.Name))) return;
        var known = owner.Manifest.Parameters.Select(parameter => parameter.Name).Concat(FrameworkParameters.Names).ToHashSet(StringComparer.Ordinal);
        foreach (var parameter in parameters.EnumerateObject().Where(parameter => !known.Contains(parameter.Name))) Warn(feed, $"{bot.Module} knows no parameter '{parameter.Name}'");
    }

    void Warn(CatalogueFeed feed, string why) => say(BotLogLevel.Warning, $"{feed.Package}: the feed '{feed.Feed}' cannot be used as described: {why}{(why[^1] is '.' or '?' ? "" : ".")}");

    void TellUpgrades(RuntimeConfiguration configuration)
    {
        var upgrades = new ConfigurationUpgrades(catalogue, extensions);
        foreach (var upgrade in configuration.Bots.SelectMany(upgrades.Plan))
        {
            var what = $"{upgrade.Bot.Position}: Bot '{upgrade.Bot.Id}': {upgrade.Owner.Package} needs another configuration since {upgrade.Owner.Upgrade.Version}";
            if (upgrade.Owner.Upgrade.Summary is { Length: > 0 } summary) what += $" ({summary.TrimEnd('.')})";
            say(BotLogLevel.Error, $"{what}: {upgrade.Failure ?? string.Join(", ", upgrade.Changes) + "."}");
        }
    }

    void RunChecks(RuntimeConfiguration configuration)
    {
        foreach (var package in catalogue.Packages.Where(package => package.Manifest.Contributions.Checks.Count > 0))
        {
            List<ConfiguredBot> bots =
            [
                .. configuration.Bots.Where(bot => catalogue.Resolve(bot.Module, bot.Settings.Package) is ResolvedBot { Owner: PackagedBot owner } && owner.Package == package)
                    .Select(bot => new ConfiguredBot(bot.Id, bot.Module, bot.Merged.ToDictionary(StringComparer.Ordinal))),
            ];
            if (bots.Count == 0) continue;
            foreach (var check in package.Manifest.Contributions.Checks) RunCheck(package, check, bots);
        }
    }

    void RunCheck(ExtensionPackage package, CheckManifest check, IReadOnlyList<ConfiguredBot> bots)
    {
        try
        {
            using var lease = extensions.Load(package);
            foreach (var result in lease.Loaded.CreateCheck(check.Type).Check(bots).ToList())
            {
                say(result.Level, $"{package}: {result.Describe()}");
            }
        }
        catch (Exception e)
        {
            // Code of a stranger: whatever it throws is about this check only.
            say(BotLogLevel.Error, $"{package}: the check {check.Type} failed: {e.GetType().Name}: {e.Message}");
        }
    }
}
