using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Control.Botnets;
using IntelMQ.Control.Listing;
using IntelMQ.Control.Queues;
using IntelMQ.Extensions;

namespace IntelMQ.Cli.Commands;

/// <summary><c>list</c>: bots, queues, both with the status.</summary>
static class ListCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var list = new Command("list", "Lists bots or queues.");
        list.Add(CreateBots(globals));
        list.Add(CreateQueues(globals));
        list.Add(CreateQueuesAndStatus(globals));
        return list;
    }

    static Command CreateBots(GlobalOptions globals)
    {
        var command = new Command("bots", "Lists the installed bots of all packages, or the configured ones.");
        var configured = new Option<bool>("--configured", "-c") { Description = "The bots of the runtime configuration." };
        var enabled = new Option<bool>("--enabled", "-q") { Description = "With -c: only those that are enabled." };
        command.Options.Add(configured);
        command.Options.Add(enabled);
        globals.SetAction(command, (invocation, _) =>
            Task.FromResult(invocation.Value(configured) ? ListConfigured(invocation, invocation.Value(enabled)) : ListInstalled(invocation)));
        return command;
    }

    static int ListConfigured(Invocation invocation, bool enabledOnly)
    {
        foreach (var bot in invocation.Configuration.Bots)
        {
            if (enabledOnly && !(bot.Enabled && bot.Merged.ContainsKey("enabled"))) continue;
            if (invocation.Quiet)
            {
                invocation.Output.Line(bot.Id);
                continue;
            }

            invocation.Output.Line($"Bot ID: {bot.Id}");
            invocation.Output.Line($"Description: {bot.Description}");
        }

        return invocation.Finish(
            invocation.Configuration.Bots.Select(b => (object?)new Dictionary<string, object?>(StringComparer.Ordinal) { ["id"] = b.Id, ["description"] = b.Description }).ToList(), 0);
    }

    static int ListInstalled(Invocation invocation)
    {
        var groups = BotList.Of(invocation.Installation.Catalogue);
        foreach (var (group, bots) in groups)
        {
            invocation.Output.Line("");
            invocation.Output.Line($"======== {group} ========");
            invocation.Output.Line("");
            foreach (var bot in bots)
            {
                invocation.Output.Line($"Bot ID: {bot.Name}");
                invocation.Output.Line($"Description: {bot.Description}");
                if (bot.IsDisputed) invocation.Output.Line($"Disputed: offered by {string.Join(" and by ", bot.Bot.Owners)}; none is used");
            }
        }

        foreach (var problem in invocation.Installation.Catalogue.Problems.Where(p => p.Level >= Sdk.BotLogLevel.Error)) invocation.Output.Say(problem.Level, problem.ToString());
        return invocation.Finish(
            invocation.Type == OutputType.Json ? groups.ToDictionary(g => g.Group, g => (object?)g.Bots.ToDictionary(b => b.Name, b => (object?)Facts(b), StringComparer.Ordinal), StringComparer.Ordinal) : null, 0);
    }

    /// <summary>A disputed bot is of no package: its owners say who offers it. Where one of several is chosen, they say what it hides.</summary>
    static Dictionary<string, object?> Facts(ListedBot bot)
    {
        var facts = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["module"] = bot.Bot.Name,
            ["description"] = bot.Description,
            ["parameters"] = bot.Parameters.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
        };
        foreach (var (name, value) in OwnerFacts(bot.IsDisputed ? null : bot.Owner)) facts[name] = value;
        if (bot.Bot.Owners.Count > 1) facts["owners"] = bot.Bot.Owners.Select(owner => (object?)OwnerFacts(owner)).ToList();
        return facts;
    }

    static Dictionary<string, object?> OwnerFacts(BotOwner? owner) => new(StringComparer.Ordinal)
    {
        ["package"] = owner?.PackageId,
        ["version"] = owner?.PackageVersion,
        ["origin"] = owner is null ? null : PackageFacts.OriginOf(owner.Origin),
    };

    static Command CreateQueues(GlobalOptions globals)
    {
        var command = new Command("queues", "Lists queues with the number of waiting messages.");
        var nonZero = new Option<bool>("--non-zero", "-q", "--quiet") { Description = "Only queues in which messages wait." };
        var sum = new Option<bool>("--sum", "-s", "--count") { Description = "Only the sum of all queues." };
        command.Options.Add(nonZero);
        command.Options.Add(sum);
        globals.SetAction(command, async (invocation, cancellationToken) =>
        {
            var control = new QueueControl(invocation.Configuration, invocation.Installation, invocation.Gateway, invocation.Output);
            var queues = await control.ListAsync(cancellationToken);
            control.Tell(queues, invocation.Value(nonZero), invocation.Value(sum));
            return invocation.Finish(invocation.Value(sum) ? Sum(queues) : Facts(queues), 0);
        });
        return command;
    }

    static Dictionary<string, object?> Sum(IReadOnlyDictionary<string, BotQueues> queues) =>
        new(StringComparer.Ordinal) { ["total-messages"] = QueueControl.Flatten(queues).Values.Sum() };

    static Dictionary<string, object?> Facts(IReadOnlyDictionary<string, BotQueues> queues)
    {
        var result = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (id, bot) in queues)
        {
            var facts = new Dictionary<string, object?>(StringComparer.Ordinal);
            if (bot.Source is { } source)
            {
                facts["source_queue"] = Pair(source);
                facts["internal_queue"] = bot.Internal ?? 0;
            }

            facts["destination_queues"] = bot.Destinations.Select(d => (object?)Pair(d)).ToList();
            result[id] = facts;
        }

        return result;
    }

    static List<object?> Pair((string Queue, long Waiting) queue) => [queue.Queue, queue.Waiting];

    static Command CreateQueuesAndStatus(GlobalOptions globals)
    {
        var command = new Command("queues-and-status", "Lists queues, then the status of all bots.");
        globals.SetAction(command, async (invocation, cancellationToken) =>
        {
            var control = new QueueControl(invocation.Configuration, invocation.Installation, invocation.Gateway, invocation.Output);
            var queues = await control.ListAsync(cancellationToken);
            control.Tell(queues, nonZero: false, sum: false);
            var status = await new BotnetControl(invocation.Configuration, invocation.Gateway, invocation.Output).StatusAsync(Control.Botnets.BotGroup.All, cancellationToken);
            return invocation.Finish(new List<object?> { Facts(queues), BotnetCommands.Words(status) }, status.Good ? 0 : 1);
        });
        return command;
    }
}
