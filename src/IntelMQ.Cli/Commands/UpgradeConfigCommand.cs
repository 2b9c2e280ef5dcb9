using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Configuration;
using IntelMQ.Configuration.Upgrading;
using IntelMQ.Control.Upgrading;
using IntelMQ.Extensions;

namespace IntelMQ.Cli.Commands;

/// <summary><c>upgrade-config</c>: brings configurations of the original and of older packages up to date.</summary>
static class UpgradeConfigCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("upgrade-config", "Brings the configuration into the form of this version.");
        var previous = new Option<string?>("--previous", "-p") { Description = "The version that the configuration is from, such as 2.3.0.", HelpName = "VERSION" };
        var dryRun = new Option<bool>("--dry-run", "-d") { Description = "Shows what would change and writes nothing." };
        var function = new Option<string?>("--function", "-u") { Description = "Runs one upgrade only.", HelpName = "NAME" };
        var force = new Option<bool>("--force", "-f") { Description = "Also runs upgrades that have run already." };
        var stateFile = new Option<string?>("--state-file") { Description = "Another file that says which upgrades have run.", HelpName = "PATH" };
        var noBackup = new Option<bool>("--no-backup") { Description = "Keeps no copies of the files that are written." };
        foreach (var option in (Option[])[previous, dryRun, function, force, stateFile, noBackup]) command.Options.Add(option);
        globals.SetAction(command, async (invocation, _) =>
        {
            var request = new UpgradeRequest
            {
                Previous = invocation.Value(previous) is { } version ? Version(version) : null,
                Only = invocation.Value(function) is { } name ? Rule(name) : null,
                IsDryRun = invocation.Value(dryRun),
                IsForced = invocation.Value(force),
                StateFile = invocation.Value(stateFile),
                KeepsBackups = !invocation.Value(noBackup),
            };
            await using var extensions = new ExtensionHost(static _ => { }, TimeProvider.System);
            var isGood = new ConfigurationUpgrade(invocation.Installation, extensions, invocation.Output, TimeProvider.System).Run(request);
            return invocation.Finish(isGood ? "success" : "error", isGood ? 0 : 1);
        });
        return command;
    }

    static UpgradeVersion Version(string text) =>
        UpgradeVersion.Of(text) ?? throw new UsageException($"argument -p/--previous: invalid version: '{text}'; expected one such as 2.3.0");

    static UpgradeRule Rule(string name) =>
        ConfigurationUpgrade.Rules.FirstOrDefault(rule => rule.Name == name)
        ?? throw new UsageException($"argument -u/--function: there is no upgrade '{name}'{(NearestName.Of(name, ConfigurationUpgrade.Rules.Select(static rule => rule.Name)) is { } nearest ? $"; did you mean '{nearest}'?" : "")}");
}
