using System.CommandLine;
using System.CommandLine.Parsing;
using IntelMQ.Cli.Commands;

namespace IntelMQ.Cli.CommandLine;

/// <summary>The program <c>intelmqctl</c>: its commands, and what happens with arguments that are none.</summary>
static class ControlProgram
{
    /// <summary>Exit code of a command line that cannot be understood, or of a queue that does not exist.</summary>
    public const int UsageError = 2;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var globals = new GlobalOptions();
        var root = Create(globals);
        var expanded = Abbreviations.Expand(root, arguments, out var ambiguity);
        var result = root.Parse(expanded);
        if (ambiguity is not null) return Usage.Refuse(result, ambiguity);
        if (result.Errors.Count > 0) return Usage.Refuse(result, Usage.WhyNot(result, globals));
        // The host handles signals itself; two seconds are too short for what its bots have in hand.
        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    /// <summary>All commands.</summary>
    public static RootCommand Create(GlobalOptions globals)
    {
        var root = new RootCommand("Controls a botnet: its bots, queues, logs, configuration and extension packages.");
        foreach (var version in root.Options.OfType<VersionOption>().ToList()) root.Options.Remove(version);
        globals.AddTo(root);
        foreach (var command in BotnetCommands.Create(globals)) root.Add(command);
        foreach (var command in EnablingCommands.Create(globals)) root.Add(command);
        root.Add(ListCommand.Create(globals));
        root.Add(ClearCommand.Create(globals));
        root.Add(LogCommand.Create(globals));
        root.Add(CheckCommand.Create(globals));
        root.Add(FeedsCommand.Create(globals));
        root.Add(UpdateDatabaseCommand.Create(globals));
        root.Add(CliCommand.Create(globals));
        root.Add(UpgradeConfigCommand.Create(globals));
        root.Add(DebugCommand.Create(globals));
        root.Add(RunCommand.Create(globals));
        foreach (var command in HostCommands.Create(globals)) root.Add(command);
        root.Add(ExtensionsCommand.Create(globals));
        root.Add(QuickstartCommand.Create(globals));
        var help = new Command("help", "Shows this help.");
        help.SetAction(_ => ShowHelp(root));
        root.Add(help);
        root.SetAction(result => globals.IsVersionAsked(result) ? ShowVersion() : ShowHelp(root));
        return root;
    }

    static int ShowVersion()
    {
        Console.Out.WriteLine(Control.ProgramVersion.Text);
        return 0;
    }

    static int ShowHelp(RootCommand root) => root.Parse(["--help"]).Invoke();
}
