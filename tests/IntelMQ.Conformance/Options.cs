namespace IntelMQ.Conformance;

/// <summary>What the command line asks for.</summary>
/// <param name="Directory">Where the recordings are.</param>
/// <param name="Filter">Only cases in whose bot, kind, file or function this text occurs.</param>
/// <param name="JsonFile">Where to write all results for programs.</param>
/// <param name="PresentOnly">Whether cases of bots and functions that do not exist here are skipped instead of failed.</param>
sealed record Options(string Directory, string? Filter, string? JsonFile, bool PresentOnly)
{
    public const string Usage = """
        usage: IntelMQ.Conformance DIR [--filter TEXT] [--json FILE] [--present]
          DIR        recordings of the original: bots/, bots-derived/, lib/ or some of them
          --filter   only cases in whose bot, kind, file or function TEXT occurs
          --json     writes counts and all cases that did not pass to FILE
          --present  skips cases of bots and functions that do not exist here instead of failing them
        """;

    /// <exception cref="FormatException">The arguments are not understood; the text says which.</exception>
    public static Options Parse(string[] args)
    {
        string? directory = null, filter = null, json = null;
        var presentOnly = false;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--filter": filter = Value(args, ref i); break;
                case "--json": json = Value(args, ref i); break;
                case "--present": presentOnly = true; break;
                case ['-', ..]: throw new FormatException($"There is no option '{args[i]}'.");
                default: directory = directory is null ? args[i] : throw new FormatException($"There is one directory too many: '{args[i]}'."); break;
            }
        }

        if (directory is null) throw new FormatException("The directory of the recordings is missing.");
        return System.IO.Directory.Exists(directory) ? new(directory, filter, json, presentOnly) : throw new FormatException($"There is no directory '{directory}'.");
    }

    static string Value(string[] args, ref int i) => ++i < args.Length ? args[i] : throw new FormatException($"The option '{args[i - 1]}' needs a value.");
}
