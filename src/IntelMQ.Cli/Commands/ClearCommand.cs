using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Control.Queues;

namespace IntelMQ.Cli.Commands;

/// <summary><c>clear</c>: empties a queue.</summary>
static class ClearCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("clear", "Removes the messages that wait in a queue.");
        var queue = new Argument<string>("queue");
        command.Arguments.Add(queue);
        globals.SetAction(command, async (invocation, cancellationToken) =>
            await new QueueControl(invocation.Configuration, invocation.Installation, invocation.Gateway, invocation.Output).ClearAsync(invocation.Value(queue)!, cancellationToken) switch
            {
                ClearResult.Success => invocation.Finish("success", 0),
                ClearResult.NotFound => invocation.Finish("not-found", ControlProgram.UsageError),
                _ => invocation.Finish("error", 1),
            });
        return command;
    }
}
