using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Control;
using IntelMQ.Extensions;
using IntelMQ.Host.Loading;
using IntelMQ.Sdk;

namespace IntelMQ.Cli.Commands;

/// <summary><c>cli</c>: what a bot does when a person asks for it, as <c>--cli</c> of some bots of the original does.</summary>
static class CliCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("cli", "Does what a bot offers beside handling messages, such as sending the mails that it has gathered. What stands behind its id is for the bot.") { TreatUnmatchedTokensAsErrors = false };
        var id = new Argument<string>("bot-id");
        command.Arguments.Add(id);
        globals.SetAction(command, async (invocation, cancellationToken) =>
        {
            var configuration = invocation.Bot(invocation.Value(id)!);
            await using var extensions = new ExtensionHost(static _ => { }, TimeProvider.System);
            var bots = new UnstartedBots(BotEnvironment.Of(invocation.Installation), new ExtensionBotSource(invocation.Installation.Scanner, extensions), invocation.Output);
            var isGood = await RunAsync(bots, configuration, invocation, cancellationToken);
            return invocation.Finish(new Dictionary<string, object?>(StringComparer.Ordinal) { ["status"] = isGood ? "success" : "error" }, isGood ? 0 : 1);
        });
        return command;
    }

    static async Task<bool> RunAsync(UnstartedBots bots, Configuration.BotConfiguration configuration, Invocation invocation, CancellationToken cancellationToken)
    {
        try
        {
            using var code = bots.Load(configuration);
            await using var bot = bots.Create(configuration, code);
            if (bot is not IBotCli cli) throw new ConfigurationException($"The bot '{configuration.Id}' ({configuration.Module}) does nothing but handle messages.");
            return await cli.RunCliAsync(invocation.Unmatched, new Terminal(invocation), cancellationToken);
        }
        catch (Exception e) when (e is ConfigurationException or TransientException or InvalidMessageException)
        {
            invocation.Fail(e.Message);
            return false;
        }
    }

    sealed class Terminal(Invocation invocation) : IBotTerminal
    {
        public void WriteLine(string line) => invocation.Output.Line(line);

        public async ValueTask<string?> AskAsync(string question, CancellationToken cancellationToken)
        {
            await Console.Out.WriteAsync(question.AsMemory(), cancellationToken);
            await Console.Out.FlushAsync(cancellationToken);
            return await Console.In.ReadLineAsync(cancellationToken);
        }
    }
}
