using IntelMQ.Configuration;
using IntelMQ.Extensions;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Upgrading;

/// <summary>What an upgrade of a package would do to the configuration of a bot.</summary>
/// <param name="Bot">The bot as it is configured.</param>
/// <param name="Owner">The upgrade, and the package whose it is.</param>
/// <param name="Before">The configuration that it was given: after the upgrades before it.</param>
/// <param name="After">What became of it; the same as before when it failed.</param>
/// <param name="Failure">What an operator has to do himself, or why the upgrade cannot be used; null when it worked.</param>
sealed record PlannedUpgrade(BotConfiguration Bot, CatalogueUpgrade Owner, ConfiguredBot Before, ConfiguredBot After, string? Failure)
{
    /// <summary>What is different, in words.</summary>
    public IEnumerable<string> Changes
    {
        get
        {
            if (Before.Module != After.Module) yield return $"the module is {After.Module} instead of {Before.Module}";
            foreach (var name in Before.Parameters.Keys.Where(name => !After.Has(name))) yield return $"the parameter '{name}' is gone";
            foreach (var (name, value) in After.Parameters)
            {
                if (!Before.Parameters.TryGetValue(name, out var old)) yield return $"the parameter '{name}' is new";
                else if (FieldValue.From(old) != FieldValue.From(value)) yield return $"the parameter '{name}' has another value";
            }
        }
    }
}

/// <summary>Runs the configuration upgrades of packages over configured bots, on copies: nothing is written.</summary>
/// <param name="catalogue">The packages.</param>
/// <param name="extensions">Loads those with upgrades for configured bots, and no others.</param>
sealed class ConfigurationUpgrades(Catalogue catalogue, ExtensionHost extensions)
{
    /// <summary>What would change or cannot be done for one bot, in the order of the upgrades.</summary>
    public IReadOnlyList<PlannedUpgrade> Plan(BotConfiguration bot)
    {
        var planned = new List<PlannedUpgrade>();
        if (PackageFor(bot) is not { } package) return planned;
        var current = new ConfiguredBot(bot.Id, bot.Module, bot.Parameters);
        foreach (var owner in catalogue.Upgrades.Where(upgrade => upgrade.Package == package).OrderBy(upgrade => upgrade.Upgrade.Version).ThenBy(upgrade => upgrade.Upgrade.Type, StringComparer.Ordinal))
        {
            // An earlier upgrade may have given the bot the name that this one is for.
            if (owner.Upgrade.Bot != current.Module) continue;
            var step = Run(bot, owner, current);
            if (step.Failure is null && !step.Changes.Any()) continue;
            planned.Add(step);
            if (step.Failure is not null) break;
            current = step.After;
        }

        return planned;
    }

    /// <summary>The package whose bot it is; for a module that nobody offers, the one with an upgrade for it.</summary>
    ExtensionPackage? PackageFor(BotConfiguration bot) => catalogue.Upgrades.Count == 0 ? null : catalogue.Resolve(bot.Module, bot.Settings.Package) switch
    {
        ResolvedBot { Owner: PackagedBot owner } => owner.Package,
        UnknownBot => catalogue.Upgrades.FirstOrDefault(upgrade => upgrade.Upgrade.Bot == bot.Module && !catalogue.Bots.Any(offered => offered.Name == bot.Module))?.Package,
        _ => null,
    };

    PlannedUpgrade Run(BotConfiguration bot, CatalogueUpgrade owner, ConfiguredBot before)
    {
        try
        {
            using var lease = extensions.Load(owner.Package);
            var upgrade = lease.Loaded.CreateUpgrade(owner.Upgrade.Type);
            var once = new PlannedUpgrade(bot, owner, before, upgrade.Upgrade(before), null);
            var twice = new PlannedUpgrade(bot, owner, once.After, upgrade.Upgrade(once.After), null);
            return twice.Before.Module == twice.After.Module && twice.Changes.FirstOrDefault() is { } change
                ? Failed($"the upgrade cannot be used: run again, it changes what it has made itself ({change})")
                : once;
        }
        catch (ConfigurationException e)
        {
            return Failed(e.Message);
        }
        catch (Exception e)
        {
            // Code of a stranger: whatever it throws is about this upgrade only.
            return Failed($"the upgrade cannot be used: {e.GetType().Name}: {e.Message}");
        }

        PlannedUpgrade Failed(string why) => new(bot, owner, before, before, why);
    }
}
