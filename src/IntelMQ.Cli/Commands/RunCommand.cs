using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Cli.Terminal;
using IntelMQ.Configuration;
using IntelMQ.Control.Botnets;
using IntelMQ.Control.Hosting;
using IntelMQ.Control.Logs;
using IntelMQ.Host.Logging;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Cli.Commands;

/// <summary><c>run</c>: one bot in the foreground, its log on the terminal.</summary>
static class RunCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("run", "Runs a bot in the foreground and shows its log.");
        var id = new Argument<string>("bot-id");
        var level = new Option<string?>("--loglevel", "-l") { Description = "Least level of the lines that are shown.", HelpName = "LEVEL" };
        level.OnlyFrom("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL");
        command.Arguments.Add(id);
        command.Options.Add(level);
        globals.SetAction(command, async (invocation, cancellationToken) =>
        {
            var bot = invocation.Bot(invocation.Value(id)!);
            using var interruption = Interruption.Watch(cancellationToken);
            BotLogLevel? least = BotLogReader.TryParseLevel(invocation.Value(level) ?? "", out var given) ? given : null;
            await using var running = await invocation.Gateway.FindAsync(cancellationToken);
            return running is null ? await RunHereAsync(invocation, bot, least, interruption.Token) : await FollowAsync(invocation, running, bot, interruption.Token);
        });
        return command;
    }

    static async Task<int> RunHereAsync(Invocation invocation, BotConfiguration bot, BotLogLevel? level, CancellationToken cancellationToken)
    {
        var options = new HostOptions { Console = new ConsoleLog(Console.Out, Console.Error, ConsoleOutput.IsTerminal), BotProcessCommand = HostCommands.BotProcessCommand };
        await using var host = await HostProcess.OpenAsync(invocation.Installation, options, cancellationToken);
        if (level is { } least) host.SetLogLevel(bot, least);
        invocation.Output.Say(BotLogLevel.Info, BotTexts.Starting(bot.Id));
        await host.Host.StartAsync([bot.Id], cancellationToken);
        var runner = host.Botnet.Find(bot.Id)!;
        await Task.WhenAny(runner.Completion, host.RunAsync(cancellationToken));
        if (cancellationToken.IsCancellationRequested)
        {
            invocation.Output.Line("Keyboard interrupt.");
            return 0;
        }

        var code = runner.Status.State == BotState.Failed ? 1 : 0;
        invocation.Output.Line($"Bot exited with code {code}.");
        return invocation.Finish(null, code);
    }

    /// <summary>A running host has the store, so the bot runs there; what it logs is shown here.</summary>
    static async Task<int> FollowAsync(Invocation invocation, IBotnetHost host, BotConfiguration bot, CancellationToken cancellationToken)
    {
        var control = new BotnetControl(invocation.Configuration, invocation.Gateway, invocation.Output);
        var wasRunning = (await host.GetStateAsync(cancellationToken)).Bots.Any(b => b.Id == bot.Id && b.State is BotState.Running or BotState.Starting);
        if (wasRunning)
        {
            invocation.Output.Say(
                BotLogLevel.Info,
                $"Main instance of the bot is running in the background and will be stopped; when finished, we try to relaunch it again. You may want to launch: 'intelmqctl stop {bot.Id}' to prevent this message.");
            await host.StopAsync([bot.Id], cancellationToken);
        }

        var file = Path.Combine(bot.Settings.Logging.Path ?? invocation.Installation.Paths.LogDirectory, bot.Id + ".log");
        var begin = File.Exists(file) ? new FileInfo(file).Length : 0;
        await control.StartAsync(bot, cancellationToken);
        try
        {
            await LogFollower.FollowAsync(file, begin, line => invocation.Output.Line($"{bot.Id}: {line}"), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            invocation.Output.Line("Keyboard interrupt.");
        }

        if (!wasRunning) await host.StopAsync([bot.Id], CancellationToken.None);
        return 0;
    }
}
