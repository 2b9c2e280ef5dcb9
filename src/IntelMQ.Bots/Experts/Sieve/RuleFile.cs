using IntelMQ.Bots.Experts.Sieve.Language;

namespace IntelMQ.Bots.Experts.Sieve;

/// <summary>A file with rules, read and compiled.</summary>
/// <param name="Program">The rules; null when they cannot be used.</param>
/// <param name="Error">Why they cannot be used, all errors with their places.</param>
/// <param name="Warnings">What will fail messages, although the rules can be used.</param>
sealed record RuleFile(SieveProgram? Program, string? Error, IReadOnlyList<string> Warnings)
{
    public static RuleFile Read(string path, FieldTypes types)
    {
        try
        {
            return Compile(new SieveSource(path, File.ReadAllText(path)), types);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new RuleFile(null, $"Argument 'file' is invalid. Should be of type: existing file. Got '{path}': {e.Message}", []);
        }
    }

    static RuleFile Compile(SieveSource source, FieldTypes types)
    {
        var program = SieveCompiler.Compile(source, types, out var problems);
        string[] errors = [.. problems.Where(problem => problem.IsError).Select(source.Describe)];
        string[] warnings = [.. problems.Where(problem => !problem.IsError).Select(source.Describe)];
        if (errors.Length == 0) return new RuleFile(program, null, warnings);
        var first = source.Show(problems.First(problem => problem.IsError).At);
        return new RuleFile(null, $"Could not parse sieve file '{source.Name}', error in {first}: {string.Join('\n', errors)}", warnings);
    }
}
