using System.CommandLine;
using System.Runtime.InteropServices;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Cli.Terminal;
using IntelMQ.Control;
using IntelMQ.Control.Hosting;
using IntelMQ.Host.Logging;

namespace IntelMQ.Cli.Commands;

/// <summary>
/// <c>host</c>: the process that all bots run in. <c>start</c> calls it in the background; systemd and containers call it
/// in the foreground. <c>bot-process</c>: the child process of one isolated bot.
/// </summary>
static class HostCommands
{
    const string BotProcess = "bot-process";

    public static IEnumerable<Command> Create(GlobalOptions globals) => [CreateHost(globals), CreateBotProcess()];

    /// <summary>Program and arguments of the child process of an isolated bot.</summary>
    public static IReadOnlyList<string> BotProcessCommand
    {
        get
        {
            var own = ProgramCommand.Own;
            return [own.File, .. own.Arguments, BotProcess];
        }
    }

    static Command CreateHost(GlobalOptions globals)
    {
        var command = new Command("host", "Runs all bots in the foreground, for systemd and containers. 'start' does the same in the background.");
        var background = new Option<bool>("--background") { Description = "Leaves the session of the caller, starts no bot, and ends with the botnet.", Hidden = true };
        command.Options.Add(background);
        globals.SetAction(command, (invocation, cancellationToken) => RunAsync(invocation, invocation.Value(background), cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(Invocation invocation, bool background, CancellationToken cancellationToken)
    {
        if (background) _ = Posix.SetSession();
        await using var host = await HostProcess.OpenAsync(
            invocation.Installation,
            new HostOptions
            {
                Background = background,
                // A service manager or container collects what is said on standard output.
                Console = background || invocation.Quiet ? null : new ConsoleLog(Console.Out, Console.Error, ConsoleOutput.IsTerminal),
                BotProcessCommand = BotProcessCommand,
            },
            cancellationToken);
        using var end = Interruption.Watch(cancellationToken);
        using var reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = host.ReloadAsync(CancellationToken.None);
        });
        if (!background) await StartBotsAsync(host, end.Token);
        await host.RunAsync(end.Token);
        return 0;
    }

    static async Task StartBotsAsync(HostProcess host, CancellationToken end)
    {
        try
        {
            await host.Host.StartAsync(null, end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Told to end while bots were starting: they are stopped like all others, which is no failure.
        }
    }

    static Command CreateBotProcess()
    {
        var command = new Command(BotProcess, "Runs one bot for a host that speaks to it over standard input and output.") { Hidden = true };
        command.SetAction(async (_, _) =>
        {
            var output = Console.OpenStandardOutput();
            // What a bot prints must not get between the lines of the protocol.
            Console.SetOut(Console.Error);
            await using var program = new IsolatedBotProgram(Installation.Find().Environment, TimeProvider.System);
            return await program.RunAsync(Console.OpenStandardInput(), output);
        });
        return command;
    }
}
