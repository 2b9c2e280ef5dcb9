using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Control.Checking;

namespace IntelMQ.Cli.Commands;

/// <summary><c>check</c>: everything that is wrong with the installation, at once.</summary>
static class CheckCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("check", "Examines configuration, data format, packages, bots and queues.");
        var noConnections = new Option<bool>("--no-connections", "-C") { Description = "Does not look at the queues." };
        command.Options.Add(noConnections);
        globals.SetAction(command, async (invocation, cancellationToken) =>
        {
            var report = await new InstallationCheck(invocation.Installation, invocation.Gateway, invocation.Output).RunAsync(!invocation.Value(noConnections), cancellationToken);
            return invocation.Finish(
                new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["status"] = report.HasProblems ? "error" : "success",
                    ["lines"] = report.Lines.Select(line => (object?)new List<object?> { line.Level.ToString().ToLowerInvariant(), line.Text }).ToList(),
                },
                report.HasProblems ? 1 : 0);
        });
        return command;
    }
}
