using System.Text.Json;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>What a package gives besides bots, as its manifest says it; all lists are empty where there is nothing.</summary>
internal sealed record Contributions
{
    public static Contributions None { get; } = new();

    /// <summary>Fields that it adds to the data format; each of them is sound, names are unique within a kind of message.</summary>
    public IReadOnlyList<AddedField> Fields { get; init; } = [];

    /// <summary>Feeds that its bots are for.</summary>
    public IReadOnlyList<FeedManifest> Feeds { get; init; } = [];

    /// <summary>Documentation pages inside of the package.</summary>
    public IReadOnlyList<PageManifest> Pages { get; init; } = [];

    /// <summary>Configuration upgrades, in the order in which they run. They are code, which only <c>check</c> and upgrades of the configuration run.</summary>
    public IReadOnlyList<UpgradeManifest> Upgrades { get; init; } = [];

    /// <summary>Checks of the package as a whole. They are code, which only <c>check</c> runs.</summary>
    public IReadOnlyList<CheckManifest> Checks { get; init; } = [];

    /// <summary>What there is, in a few words such as <c>2 fields, 1 feed</c>; empty where there is nothing.</summary>
    public override string ToString() => string.Join(
        ", ",
        new[] { (Fields.Count, "field"), (Feeds.Count, "feed"), (Pages.Count, "page"), (Upgrades.Count, "upgrade"), (Checks.Count, "check") }
            .Where(part => part.Count > 0)
            .Select(part => $"{part.Count} {part.Item2}{(part.Count == 1 ? "" : "s")}"));
}

/// <summary>A feed that a package knows how to fetch.</summary>
internal sealed record FeedManifest
{
    /// <summary>Who publishes it.</summary>
    public required string Provider { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>What else is to be known, in any number of sentences.</summary>
    public string? AdditionalInformation { get; init; }

    /// <summary>Where the provider describes it.</summary>
    public string? Documentation { get; init; }

    /// <summary>When this description was last looked over, as written.</summary>
    public string? Revision { get; init; }

    /// <summary>Whether everybody may fetch it; null where nothing is said.</summary>
    public bool? IsPublic { get; init; }

    /// <summary>The bots to fetch it with, the collector first; at least one.</summary>
    public required IReadOnlyList<FeedBot> Bots { get; init; }

    /// <summary>Provider and name.</summary>
    public override string ToString() => $"{Provider}: {Name}";
}

/// <summary>A bot that a feed is fetched or parsed with.</summary>
/// <param name="Group">Its kind.</param>
/// <param name="Module">The name of its code.</param>
/// <param name="Parameters">Parameters to configure it with, an object; null where it needs none. <c>__FEED__</c> and <c>__PROVIDER__</c> stand for the names, other such words for what an operator fills in.</param>
internal sealed record FeedBot(BotGroup Group, string Module, JsonElement? Parameters);

/// <summary>A documentation page.</summary>
/// <param name="Path">Relative to the manifest, with slashes.</param>
/// <param name="Title">Its first heading.</param>
internal sealed record PageManifest(string Path, string Title);

/// <summary>A configuration upgrade.</summary>
/// <param name="Bot">The module whose configuration it is for, as it was called before.</param>
/// <param name="Version">The version of the package that needs it.</param>
/// <param name="Type">Its class.</param>
/// <param name="Summary">One sentence.</param>
internal sealed record UpgradeManifest(string Bot, SemanticVersion Version, string Type, string? Summary);

/// <summary>A check of the package as a whole.</summary>
/// <param name="Type">Its class.</param>
/// <param name="Summary">One sentence.</param>
internal sealed record CheckManifest(string Type, string? Summary);
