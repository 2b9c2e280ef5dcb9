using IntelMQ.Extensions;

namespace IntelMQ.Control.Listing;

/// <summary>An installed bot as <c>list bots</c> shows it.</summary>
/// <param name="Name">What it is called for short, unique within its group.</param>
/// <param name="Bot">The packages that offer it.</param>
/// <param name="Description">One sentence.</param>
sealed record ListedBot(string Name, CatalogueBot Bot, string Description)
{
    /// <summary>The package that gives it; where several have the same right to it, one of them, for its description.</summary>
    public BotOwner Owner => Bot.Shown;

    /// <summary>Several packages offer it and none is used.</summary>
    public bool IsDisputed => Bot.Chosen is null;

    /// <summary>Names of parameters with their defaults, sorted; null where there is none.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Parameters =>
        Owner is PackagedBot bot
            ? bot.Manifest.Parameters.OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Name, p.DefaultValue))
            : [];
}

/// <summary>The bots of all packages, from manifests alone.</summary>
static class BotList
{
    const string NoDescription = "Missing description";

    static readonly string[] Suffixes = ["CollectorBot", "ParserBot", "ExpertBot", "OutputBot", "Bot"];
    static readonly string[] Kinds = ["Collector", "Parser", "Expert", "Output"];

    /// <summary>The four groups in their order, each with its bots by name.</summary>
    public static IReadOnlyList<(string Group, IReadOnlyList<ListedBot> Bots)> Of(Catalogue catalogue)
    {
        var groups = catalogue.Bots.ToLookup(bot => bot.Shown.Group);
        return [.. Enum.GetValues<BotGroup>().Select(group => (Kinds[(int)group], Named(groups[group], Kinds[(int)group])))];
    }

    static IReadOnlyList<ListedBot> Named(IEnumerable<CatalogueBot> bots, string kind)
    {
        var byName = bots.GroupBy(bot => ShortName(bot.Shown, kind), StringComparer.Ordinal);
        var named = new List<ListedBot>();
        foreach (var same in byName)
        {
            // Two classes of one name: the original lists only one of them. The module tells them apart.
            var isUnique = same.Skip(1).FirstOrDefault() is null;
            named.AddRange(same.Select(bot => new ListedBot(isUnique ? same.Key : $"{same.Key} ({bot.Name})", bot, bot.Shown.Summary ?? NoDescription)));
        }

        return [.. named.OrderBy(bot => bot.Name, StringComparer.Ordinal)];
    }

    /// <summary>The name of the class without the word for its kind, as the original forms it; the module where no class is known.</summary>
    static string ShortName(BotOwner owner, string kind)
    {
        if (owner is not PackagedBot { Manifest.Type: { } type }) return owner.Bot;
        var name = type[(type.LastIndexOfAny(['.', '+']) + 1)..];
        foreach (var suffix in Suffixes) name = name.Replace(suffix, "", StringComparison.Ordinal);
        return name.Length > kind.Length && name.EndsWith(kind, StringComparison.Ordinal) ? name[..^kind.Length] : name;
    }
}
