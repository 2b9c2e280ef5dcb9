using System.CommandLine;

namespace IntelMQ.Cli.CommandLine;

/// <summary>Long options may be shortened as long as it is clear which is meant: scripts around the original rely on it.</summary>
static class Abbreviations
{
    /// <summary>The arguments with shortened options written out.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="arguments">As given.</param>
    /// <param name="ambiguity">What to say about the first that could be several options; null when there is none.</param>
    public static string[] Expand(RootCommand root, IReadOnlyList<string> arguments, out string? ambiguity)
    {
        ambiguity = null;
        var result = new string[arguments.Count];
        Command command = root;
        var isOver = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = result[i] = arguments[i];
            if (argument == "--") isOver = true;
            else if (!isOver && argument.StartsWith("--", StringComparison.Ordinal)) result[i] = Expand(root, command, argument, ref ambiguity);
            else if (!isOver && command.Subcommands.FirstOrDefault(c => c.Name == argument || c.Aliases.Contains(argument)) is { } next) command = next;
        }

        return result;
    }

    static string Expand(RootCommand root, Command command, string argument, ref string? ambiguity)
    {
        var end = argument.IndexOf('=', StringComparison.Ordinal);
        var name = end < 0 ? argument : argument[..end];
        var known = command.Options.Concat(root.Options.Where(o => o.Recursive || command == root)).Distinct()
            .SelectMany(o => o.Aliases.Append(o.Name))
            .Where(alias => alias.StartsWith("--", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (known.Contains(name, StringComparer.Ordinal)) return argument;

        var meant = known.Where(alias => alias.StartsWith(name, StringComparison.Ordinal)).ToList();
        if (meant.Count == 1) return meant[0] + argument[name.Length..];
        if (meant.Count > 1) ambiguity ??= $"ambiguous option: {name} could match {string.Join(", ", meant)}";
        return argument;
    }
}
