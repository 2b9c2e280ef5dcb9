using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Control;

namespace IntelMQ.Cli.Commands;

/// <summary><c>debug</c>: where things are, and which variables decided it.</summary>
static class DebugCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("debug", "Shows paths and variables of the environment.");
        var paths = new Option<bool>("--get-paths") { Description = "Only the paths." };
        var variables = new Option<bool>("--get-environment-variables") { Description = "Only the variables." };
        command.Options.Add(paths);
        command.Options.Add(variables);
        globals.SetAction(command, (invocation, _) =>
        {
            var both = !invocation.Value(paths) && !invocation.Value(variables);
            var result = new Dictionary<string, object?>(StringComparer.Ordinal);
            if (both || invocation.Value(paths)) Show(invocation, result, "paths", "Paths:", DebugFacts.Paths(invocation.Installation.Paths));
            if (both || invocation.Value(variables)) Show(invocation, result, "environment_variables", "Environment variables:", DebugFacts.EnvironmentVariables(invocation.Installation.Environment));
            return Task.FromResult(invocation.Finish(result, 0));
        });
        return command;
    }

    static void Show(Invocation invocation, Dictionary<string, object?> result, string key, string title, IReadOnlyList<KeyValuePair<string, string?>> facts)
    {
        invocation.Output.Line(title);
        foreach (var (name, value) in facts) invocation.Output.Line(value is null ? $"{name}: None" : $"{name}: '{value}'");
        result[key] = facts.ToDictionary(f => f.Key, f => (object?)f.Value, StringComparer.Ordinal);
    }
}
