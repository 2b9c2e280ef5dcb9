using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Configuration;
using IntelMQ.Control.Databases;
using IntelMQ.Extensions;
using IntelMQ.Host;
using IntelMQ.Host.Loading;
using IntelMQ.Sdk;
using IntelMQ.Services;

namespace IntelMQ.Cli.Commands;

/// <summary><c>update-database</c>: downloads the files in which bots look things up, as <c>--update-database</c> of the original's bots does.</summary>
static class UpdateDatabaseCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("update-database", "Downloads the databases of bots that look things up in a file.");
        var ids = new Argument<string[]>("bot-id") { Arity = ArgumentArity.ZeroOrMore, Description = "The bots; without any, all." };
        command.Arguments.Add(ids);
        globals.SetAction(command, async (invocation, cancellationToken) =>
        {
            var named = invocation.Value(ids) ?? [];
            var bots = named.Length > 0 ? named.Select(invocation.Bot).ToList() : invocation.Configuration.Bots.ToList();
            var installation = invocation.Installation;
            await using var extensions = new ExtensionHost(static _ => { }, TimeProvider.System);
            var update = new DatabaseUpdate(EnvironmentOf(installation), new ExtensionBotSource(installation.Scanner, extensions), invocation.Output);
            var isGood = await update.RunAsync(bots, cancellationToken);
            return invocation.Finish(new Dictionary<string, object?>(StringComparer.Ordinal) { ["status"] = isGood ? "success" : "error" }, isGood ? 0 : 1);
        });
        return command;
    }

    static HostEnvironment EnvironmentOf(Control.Installation installation) => new()
    {
        Paths = installation.Paths,
        Format = File.Exists(installation.Paths.HarmonizationFile) ? DataFormat.Load(installation.Paths.HarmonizationFile) : DataFormat.Shipped,
        Secrets = new SecretReferences(installation.Environment, installation.Paths.ConfigDirectory),
        Time = TimeProvider.System,
        Dns = new DnsResolver(new DnsOptions { Time = TimeProvider.System }),
        Http = new HttpClients(NoLog.Instance),
        DefaultQueueBytes = 0,
        BotProcessCommand = [],
    };

    sealed class NoLog : IBotLog
    {
        public static NoLog Instance { get; } = new();

        public bool IsEnabled(BotLogLevel level) => false;

        public void Write(BotLogLevel level, string message, Exception? error = null)
        {
        }
    }
}
