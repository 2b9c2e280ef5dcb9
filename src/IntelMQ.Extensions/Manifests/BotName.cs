using System.Text.RegularExpressions;

namespace IntelMQ.Extensions;

/// <summary>The rules for names of bots. Names are compared exactly.</summary>
internal static partial class BotName
{
    /// <summary>What a name must look like, for messages.</summary>
    public const string Form = "intelmq.bots.<collectors|parsers|experts|outputs>.<organization>.<name> in lower case letters, digits and '_'";

    static readonly string[] GroupNames = ["collectors", "parsers", "experts", "outputs"];

    /// <summary>Whether a name is well formed, and the group in it.</summary>
    public static bool TryGetGroup(string name, out BotGroup group)
    {
        var match = Pattern().Match(name);
        group = match.Success ? (BotGroup)Array.IndexOf(GroupNames, match.Groups[1].Value) : default;
        return match.Success;
    }

    /// <summary>Whether a name says whose bot it is; those without an organization are accepted since the original has them.</summary>
    public static bool HasOrganization(string name) => name.AsSpan().Count('.') >= 4;

    public static string TextOf(BotGroup group) => GroupNames[(int)group];

    [GeneratedRegex(@"\Aintelmq\.bots\.(collectors|parsers|experts|outputs)(?:\.[a-z0-9_]+)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
