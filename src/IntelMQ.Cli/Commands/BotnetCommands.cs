using System.CommandLine;
using System.Globalization;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Cli.Terminal;
using IntelMQ.Configuration;
using IntelMQ.Control.Botnets;
using IntelMQ.Host.Running;

namespace IntelMQ.Cli.Commands;

/// <summary><c>start</c>, <c>stop</c>, <c>restart</c>, <c>reload</c> and <c>status</c>: of one bot, a group, or all.</summary>
static class BotnetCommands
{
    /// <summary>What one of the commands does with one bot and with several.</summary>
    /// <param name="Name">As typed.</param>
    /// <param name="Description">For the help.</param>
    /// <param name="One">With one bot; the result and whether it is good.</param>
    /// <param name="Many">With a group or all.</param>
    sealed record Verb(
        string Name,
        string Description,
        Func<BotnetControl, BotConfiguration, CancellationToken, Task<(object? Result, bool Good)>> One,
        Func<BotnetControl, BotGroup, CancellationToken, Task<BotnetResult>> Many);

    static readonly Verb[] Verbs =
    [
        new("start", "Starts a bot, a group, or all bots that are enabled.", async (c, bot, t) => Of(await c.StartAsync(bot, t)), (c, group, t) => c.StartAsync(group, t)),
        new("stop", "Stops a bot, a group, or all bots.", async (c, bot, t) => Of(await c.StopAsync(bot, t)), (c, group, t) => c.StopAsync(group, t)),
        new("restart", "Stops and starts.", RestartAsync, (c, group, t) => c.RestartAsync(group, t)),
        new("reload", "Takes over changes of the configuration and of packages.", async (c, bot, t) => Of(await c.ReloadAsync(bot, t)), (c, group, t) => c.ReloadAsync(group, t)),
    ];

    public static IEnumerable<Command> Create(GlobalOptions globals)
    {
        foreach (var verb in Verbs) yield return Create(globals, verb);
        yield return CreateStatus(globals);
    }

    static Command Create(GlobalOptions globals, Verb verb)
    {
        var command = new Command(verb.Name, verb.Description);
        var (bot, group) = AddSelection(command);
        globals.SetAction(command, async (invocation, cancellationToken) =>
        {
            var control = new BotnetControl(invocation.Configuration, invocation.Gateway, invocation.Output);
            var one = invocation.Value(bot) is { } id ? invocation.Bot(id) : null;
            WarnOfRoot(invocation, verb.Name);
            if (one is not null)
            {
                var (result, good) = await verb.One(control, one, cancellationToken);
                return invocation.Finish(result, good ? 0 : 1);
            }

            var all = await verb.Many(control, new BotGroup(invocation.Value(group)), cancellationToken);
            if (verb.Name == "start") TellFailed(invocation, all);
            return invocation.Finish(Words(all), all.Good ? 0 : 1);
        });
        return command;
    }

    static Command CreateStatus(GlobalOptions globals)
    {
        var command = new Command("status", "Tells whether bots run.");
        var (bot, group) = AddSelection(command);
        var isLong = new Option<bool>("--long", "-l") { Description = "Also tells since when, from which package, how many messages, and what hinders a bot." };
        command.Options.Add(isLong);
        globals.SetAction(command, async (invocation, cancellationToken) =>
        {
            var control = new BotnetControl(invocation.Configuration, invocation.Gateway, invocation.Output);
            var one = invocation.Value(bot) is { } id ? invocation.Bot(id) : null;
            if (invocation.Value(isLong)) return await ShowDetailsAsync(invocation, control, one, new BotGroup(invocation.Value(group)), cancellationToken);
            if (one is not null)
            {
                var (result, good) = Of(await control.StatusAsync(one, cancellationToken));
                return invocation.Finish(result, good ? 0 : 1);
            }

            var all = await control.StatusAsync(new BotGroup(invocation.Value(group)), cancellationToken);
            return invocation.Finish(Words(all), all.Good ? 0 : 1);
        });
        return command;
    }

    static (Argument<string?> Bot, Option<string?> Group) AddSelection(Command command)
    {
        var bot = new Argument<string?>("bot-id") { Description = "The bot; without it all bots, or those of the group.", Arity = ArgumentArity.ZeroOrOne };
        var group = new Option<string?>("--group") { Description = "Only bots of this group.", HelpName = string.Join('|', BotGroup.Names) };
        group.OnlyFrom([.. BotGroup.Names]);
        command.Arguments.Add(bot);
        command.Options.Add(group);
        return (bot, group);
    }

    static async Task<(object? Result, bool Good)> RestartAsync(BotnetControl control, BotConfiguration bot, CancellationToken cancellationToken)
    {
        var (stopped, started) = await control.RestartAsync(bot, cancellationToken);
        return started is null ? Of(stopped) : (new List<object?> { stopped.Word.Text, started.Word.Text }, stopped.Good && started.Good);
    }

    static (object? Result, bool Good) Of(BotResult result) => (result.Word.Text, result.Good);

    internal static Dictionary<string, object?> Words(BotnetResult result) => result.Words.ToDictionary(w => w.Key, w => (object?)w.Value.Text, StringComparer.Ordinal);

    static void TellFailed(Invocation invocation, BotnetResult result)
    {
        foreach (var (id, word) in result.Words.Where(w => w.Value is not (BotWord.Running or BotWord.Disabled))) invocation.Output.Line($"{id} {word.Text}");
    }

    static void WarnOfRoot(Invocation invocation, string verb)
    {
        if (Environment.IsPrivilegedProcess && verb is "start" or "restart" && !invocation.Quiet)
            Console.Error.WriteLine("The bots run as root. A system user of their own is safer.");
    }

    static async Task<int> ShowDetailsAsync(Invocation invocation, BotnetControl control, BotConfiguration? one, BotGroup group, CancellationToken cancellationToken)
    {
        var details = await control.DetailsAsync(group, cancellationToken);
        if (one is not null) details = [.. details.Where(d => d.Bot.Id == one.Id)];
        if (invocation.Type == OutputType.Text) WriteTable(details);
        var good = details.All(d => !d.Bot.Enabled || BotWords.Of(d.Status?.State, enabled: true) == BotWord.Running);
        return invocation.Finish(details.ToDictionary(d => d.Bot.Id, d => (object?)Facts(d.Bot, d.Status), StringComparer.Ordinal), good ? 0 : 1);
    }

    static void WriteTable(IReadOnlyList<(BotConfiguration Bot, BotStatus? Status)> details)
    {
        var table = new TextTable("bot", "status", "since", "package", "in", "out", "dropped", "failed", "restarts", "remark");
        foreach (var (bot, status) in details)
        {
            var counters = status?.Counters;
            table.Add(
                bot.Id, BotWords.Of(status?.State, bot.Enabled).Text, Time(status), status?.Package ?? "", Number(counters?.Received), Number(counters?.Sent), Number(counters?.Dropped),
                Number(counters?.Failed), Number(status?.Restarts), Remark(status));
        }

        table.Write();
    }

    static string Remark(BotStatus? status) => status?.Reason?.Split('\n')[0] ?? (status?.State == BotState.Finished ? "Its scheduled run is done." : "");

    static string Time(BotStatus? status) => status is { State: BotState.Running, Started: { } started } ? started.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "";

    static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    static Dictionary<string, object?> Facts(BotConfiguration bot, BotStatus? status)
    {
        var facts = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["status"] = BotWords.Of(status?.State, bot.Enabled).Text,
            ["state"] = (status?.State ?? BotState.Stopped).ToString().ToLowerInvariant(),
            ["enabled"] = bot.Enabled,
            ["module"] = bot.Module,
            ["package"] = status?.Package,
            ["started"] = status?.Started?.ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture),
            ["restarts"] = (long)(status?.Restarts ?? 0),
            ["abandoned"] = (long)(status?.Abandoned ?? 0),
            ["reason"] = status?.Reason,
        };
        if (status?.Counters is { } counters)
        {
            facts["received"] = counters.Received;
            facts["sent"] = counters.Sent;
            facts["dropped"] = counters.Dropped;
            facts["failed"] = counters.Failed;
            facts["retries"] = counters.Retries;
            facts["per_path"] = counters.PerPath.ToDictionary(p => p.Key, p => (object?)p.Value, StringComparer.Ordinal);
        }

        return facts;
    }
}
