using System.CommandLine;
using System.Globalization;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Cli.Quickstart;
using IntelMQ.Control;
using IntelMQ.Control.Hosting;
using IntelMQ.Services;

namespace IntelMQ.Cli.Commands;

/// <summary><c>quickstart</c>: the default pipeline on feeds that come along, with nothing to install.</summary>
static class QuickstartCommand
{
    static readonly string DefaultDirectory = Path.Combine("var", "quickstart");

    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("quickstart", "Sets up a directory with feeds and runs the default pipeline on them.");
        var once = new Option<bool>("--once") { Description = "Ends when everything is processed: with 0, or with 1 if anything failed." };
        var live = new Option<bool>("--live") { Description = "Fetches the real feeds and asks real name servers." };
        var directory = new Option<string>("--directory") { Description = "Where; without it ./var/quickstart.", DefaultValueFactory = _ => DefaultDirectory, HelpName = "DIR" };
        command.Options.Add(once);
        command.Options.Add(live);
        command.Options.Add(directory);
        globals.SetAction(command, async (invocation, cancellationToken) =>
        {
            using var interruption = Interruption.Watch(cancellationToken);
            return await RunAsync(invocation, Path.GetFullPath(invocation.Value(directory)!), invocation.Value(live), invocation.Value(once), interruption.Token);
        });
        return command;
    }

    static async Task<int> RunAsync(Invocation invocation, string directory, bool live, bool once, CancellationToken cancellationToken)
    {
        await RefuseRunningAsync(directory, cancellationToken);
        var folder = QuickstartFolder.SetUp(directory, Console.Out.WriteLine);
        Console.Out.WriteLine($"Installation: {folder.Paths.Root} (configuration: {folder.Paths.RuntimeFile})");
        Console.Out.WriteLine(live
            ? "Feeds come from the network, and name servers are asked."
            : "Offline: what HTTP collectors fetch and what name servers answer is recorded; the feeds name only hosts and addresses reserved for documentation.");

        var options = new HostOptions
        {
            Dns = live ? null : await RecordedDnsResolver.LoadAsync(folder.DnsFile, cancellationToken),
            Http = live ? null : new RecordedHttpClients(folder.RecordedPages),
            BotProcessCommand = HostCommands.BotProcessCommand,
        };
        await using var host = await HostProcess.OpenAsync(new Installation(folder.Paths, invocation.Installation.Environment), options, cancellationToken);
        var run = new QuickstartRun(host);
        try
        {
            var end = await run.UntilQuietAsync(cancellationToken);
            if (once)
            {
                Report(folder, await run.EndAsync(end));
                return end.Broken.Count > 0 || end.Failed > 0 ? 1 : 0;
            }

            Report(folder, end);
            Console.Out.WriteLine($"The bots go on. Look at them with INTELMQ_ROOT_DIR={folder.Paths.Root} intelmqctl status; Ctrl-C ends them.");
            await run.UntilCancelledAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Report(folder, await run.EndAsync(await run.LookAsync(CancellationToken.None)));
        }

        return 0;
    }

    static async Task RefuseRunningAsync(string directory, CancellationToken cancellationToken)
    {
        await using var other = await HostClient.ConnectAsync(Configuration.IntelMqPaths.For(directory).HostSocket, cancellationToken);
        if (other is not null)
            throw new ControlException($"A host is running already in '{directory}' (process {(await other.GetStateAsync(cancellationToken)).ProcessId}). Stop it first: INTELMQ_ROOT_DIR={directory} intelmqctl stop");
    }

    static void Report(QuickstartFolder folder, QuickstartProgress end)
    {
        Console.Out.WriteLine();
        end.Table(null).Write();
        Console.Out.WriteLine();
        foreach (var bot in end.Broken) Console.Error.WriteLine($"{bot.Id} has stopped: {bot.Reason}");
        foreach (var hindrance in end.Hindrances) Console.Error.WriteLine(hindrance);
        var lines = File.Exists(folder.OutputFile) ? File.ReadLines(folder.OutputFile).LongCount() : 0;
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{folder.OutputFile}: {lines:N0} lines after {end.Elapsed.TotalSeconds:0.0} s ({end.Written / Math.Max(end.Elapsed.TotalSeconds, 0.001):N0} events/s through the whole pipeline)."));
        if (end.Failed > 0) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{end.Failed:N0} messages failed; they are in the dump files in {folder.Paths.LogDirectory}."));
    }
}
