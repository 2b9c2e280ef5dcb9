using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Control;
using IntelMQ.Control.Databases;
using IntelMQ.Extensions;
using IntelMQ.Host.Loading;

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
            var update = new DatabaseUpdate(new UnstartedBots(BotEnvironment.Of(installation), new ExtensionBotSource(installation.Scanner, extensions), invocation.Output), invocation.Output);
            var isGood = await update.RunAsync(bots, cancellationToken);
            return invocation.Finish(new Dictionary<string, object?>(StringComparer.Ordinal) { ["status"] = isGood ? "success" : "error" }, isGood ? 0 : 1);
        });
        return command;
    }
}
