namespace IntelMQ.Bots.Collectors;

/// <summary>Tells what is wrong with a regular expression of the user before the bot starts.</summary>
static class RegexProblem
{
    /// <summary>Null for an expression that can be used.</summary>
    public static string? Of(string? pattern)
    {
        if (string.IsNullOrEmpty(pattern)) return null;
        try
        {
            _ = PythonRegex.Compile(pattern);
            return null;
        }
        catch (ArgumentException e)
        {
            return $"'{pattern}' is no regular expression: {e.Message}";
        }
    }
}
