namespace IntelMQ.Configuration.Upgrading;

/// <summary>Bots that nothing can be done for but to remove them.</summary>
/// <param name="Finding">What is said before the ids of the bots.</param>
/// <param name="Concerns">Whether a bot is one of them.</param>
internal sealed record Discontinued(string Finding, Func<DraftBot, bool> Concerns)
{
    const string Remedy = "Remove affected bots yourself.";

    public static Discontinued Feed(string name, Func<DraftBot, bool> concerns) => new($"A discontinued feed \"{name}\" has been found as bot", concerns);

    public static Discontinued Bot(string name, Func<DraftBot, bool> concerns) => new($"A discontinued bot \"{name}\" has been found as bot", concerns);

    /// <summary>Collectors that ask an address that begins so.</summary>
    public static Func<DraftBot, bool> Asks(params string[] addresses) => bot => addresses.Any(address => bot.Url.StartsWith(address, StringComparison.Ordinal));

    /// <summary>Collectors as above, and bots of these modules.</summary>
    public static Func<DraftBot, bool> AsksOrRuns(string address, params string[] modules) => bot => Asks(address)(bot) || bot.Runs(modules);

    /// <summary>What is to be said about the bots of a draft; null where there is none of them.</summary>
    public static string? Demand(ConfigurationDraft draft, params ReadOnlySpan<Discontinued> kinds)
    {
        var sentences = new List<string>();
        foreach (var kind in kinds)
        {
            if (kind.Of(draft) is { Length: > 0 } bots)
            {
                sentences.Add($"{kind.Finding} {bots}.");
            }
        }

        return sentences.Count == 0 ? null : string.Join(' ', sentences.Append(Remedy));
    }

    /// <summary>The ids of those bots of a draft, empty where there is none.</summary>
    public string Of(ConfigurationDraft draft) => string.Join(", ", draft.Bots.Where(Concerns).Select(static bot => bot.Id));
}
