using System.Text.RegularExpressions;

namespace IntelMQ.Sdk.Generators;

/// <summary>The rules for names of bots.</summary>
static class BotName
{
    static readonly Regex Form = new(@"^intelmq\.bots\.(collectors|parsers|experts|outputs)\.[a-z0-9_]+(\.[a-z0-9_]+)*$", RegexOptions.CultureInvariant);

    static readonly Lazy<HashSet<string>> OfIntelMQ = new(ReadBuiltIn);

    public static bool IsWellFormed(string name) => Form.IsMatch(name);

    /// <summary>Whether the original has a bot of that name, which configurations everywhere rely on.</summary>
    public static bool IsBuiltIn(string name) => OfIntelMQ.Value.Contains(name);

    static HashSet<string> ReadBuiltIn()
    {
        using var reader = new StreamReader(typeof(BotName).Assembly.GetManifestResourceStream("BuiltInBots.txt")!);
        return new(reader.ReadToEnd().Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
    }
}
