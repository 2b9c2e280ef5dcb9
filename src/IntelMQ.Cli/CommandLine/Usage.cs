using System.CommandLine;
using System.Text;

namespace IntelMQ.Cli.CommandLine;

/// <summary>Arguments that can be parsed, but do not fit the installation; the text says which and what would.</summary>
sealed class UsageException(string message) : Exception(message);

/// <summary>Tells what is wrong with a command line, in the form of the original.</summary>
static class Usage
{
    public static int Refuse(ParseResult result, string message)
    {
        var name = NameOf(result.CommandResult.Command);
        Console.Error.WriteLine($"usage: {name}{Symbols(result.CommandResult.Command)}");
        Console.Error.WriteLine($"{name}: error: {message}");
        return ControlProgram.UsageError;
    }

    /// <summary>What is wrong with arguments that cannot be parsed.</summary>
    public static string WhyNot(ParseResult result, GlobalOptions globals)
    {
        var command = result.CommandResult.Command;
        var commands = command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).ToList();
        if (result.UnmatchedTokens is [var word, ..])
        {
            if (!word.StartsWith('-') && commands.Count > 0) return Choices.Invalid("command", word, commands);
            var options = command.Options.Concat(globals.Everywhere).Where(o => !o.Hidden).Select(o => o.Name);
            return $"unrecognized arguments: {string.Join(' ', result.UnmatchedTokens)}{(word.StartsWith('-') ? Choices.Hint(word, options) : "")}";
        }

        var isCommandMissing = commands.Count > 0 && command.Action is null;
        if (isCommandMissing) return $"a command is missing (choose from {string.Join(", ", commands.Select(c => $"'{c}'"))})";
        var missing = command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0 && result.GetResult(a) is not { Tokens.Count: > 0 }).Select(a => a.Name).ToList();
        return missing.Count > 0 ? $"the following arguments are required: {string.Join(", ", missing)}" : result.Errors[0].Message;
    }

    static string NameOf(Command command)
    {
        var names = new Stack<string>();
        for (var current = command; current is not null; current = current.Parents.OfType<Command>().FirstOrDefault())
            names.Push(current is RootCommand ? "intelmqctl" : current.Name);
        return string.Join(' ', names);
    }

    static string Symbols(Command command)
    {
        var text = new StringBuilder();
        foreach (var option in command.Options.Where(o => !o.Hidden))
        {
            text.Append(" [").Append(option.Aliases.FirstOrDefault(a => a.Length == 2 && a[1] != '?') ?? option.Name);
            if (option.ValueType != typeof(bool) && option is not System.CommandLine.Help.HelpOption) text.Append(' ').Append(option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant());
            text.Append(']');
        }

        foreach (var argument in command.Arguments)
            text.Append(argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}");
        if (command.Subcommands.Any(c => !c.Hidden)) text.Append(" {").AppendJoin(',', command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)).Append("} ...");
        return text.ToString();
    }
}
