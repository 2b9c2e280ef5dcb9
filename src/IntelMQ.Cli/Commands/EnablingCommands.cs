using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Configuration;
using IntelMQ.Control.Botnets;

namespace IntelMQ.Cli.Commands;

/// <summary><c>enable</c> and <c>disable</c>: whether a bot starts with the botnet.</summary>
static class EnablingCommands
{
    public static IEnumerable<Command> Create(GlobalOptions globals) =>
        [Create(globals, "enable", "Lets a bot start with the botnet.", enabled: true), Create(globals, "disable", "Keeps a bot from starting with the botnet; a running bot goes on.", enabled: false)];

    static Command Create(GlobalOptions globals, string name, string description, bool enabled)
    {
        var command = new Command(name, description);
        var id = new Argument<string>("bot-id");
        command.Arguments.Add(id);
        globals.SetAction(command, async (invocation, cancellationToken) =>
        {
            var bot = invocation.Bot(invocation.Value(id)!);
            EnablingControl.Set(invocation.Installation.Paths.RuntimeFile, bot, enabled, invocation.Output);

            var after = invocation.Installation.LoadConfiguration();
            var result = await new BotnetControl(after, invocation.Gateway, invocation.Output).StatusAsync(after.Find(bot.Id)!, cancellationToken);
            return invocation.Finish(result.Word.Text, result.Good ? 0 : 1);
        });
        return command;
    }
}
