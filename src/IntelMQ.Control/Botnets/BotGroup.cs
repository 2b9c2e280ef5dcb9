using IntelMQ.Configuration;

namespace IntelMQ.Control.Botnets;

/// <summary>The bots that a command is about: all, or those of one kind.</summary>
/// <param name="Name">As on the command line, <c>collectors</c> and so on; null for all.</param>
sealed record BotGroup(string? Name)
{
    public static IReadOnlyList<string> Names { get; } = ["collectors", "parsers", "experts", "outputs"];

    public static BotGroup All { get; } = new((string?)null);

    public bool IsAll => Name is null;

    /// <summary>What stands in texts where one bot has its id.</summary>
    public string Title => Name is null ? BotTexts.Botnet : $"{char.ToUpperInvariant(Name[0])}{Name[1..^1]} group";

    public bool Contains(BotConfiguration bot) =>
        Name is null || (bot.Group is { } group
            ? group.Equals(Name[..^1], StringComparison.OrdinalIgnoreCase)
            : bot.Module.StartsWith($"intelmq.bots.{Name}.", StringComparison.Ordinal));
}
