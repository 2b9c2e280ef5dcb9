using System.Text.Json;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>Reads from a manifest what a package gives besides bots.</summary>
internal static class ContributionsReader
{
    static readonly string[] Sections = ["event", "report"];
    static readonly string[] Kinds = ["collector", "parser", "expert", "output"];

    public static Contributions Read(StrictObject root) => new()
    {
        Fields = ReadFields(root),
        Feeds = [.. root.ObjectList("feeds", required: false).Select(ReadFeed)],
        Pages = [.. root.ObjectList("pages", required: false).Select(ReadPage)],
        Upgrades = [.. root.ObjectList("upgrades", required: false).Select(ReadUpgrade)],
        Checks = [.. root.ObjectList("checks", required: false).Select(check => new CheckManifest(check.Text("type", "the name of a class"), check.OptionalText("summary")))],
    };

    static List<AddedField> ReadFields(StrictObject root)
    {
        var fields = new List<AddedField>();
        if (root.Object("fields", required: false) is not { } sections) return fields;
        foreach (var (section, content) in sections.Objects())
        {
            if (!Sections.Contains(section)) sections.Fail(section, "is no kind of message; expected event or report");
            else foreach (var (name, options) in content.Objects()) fields.Add(ReadField(content, section, name, options));
        }

        return fields;
    }

    static AddedField ReadField(StrictObject content, string section, string name, StrictObject options)
    {
        var field = new AddedField(
            section, name, options.Text("type", "a type of the data format"), options.Integer("length", least: 0), options.OptionalText("regex"), options.OptionalText("description"), options.OptionalText("iregex"));
        if (field.Type.Length > 0) FieldDefinition.Of(field).ToRule(error => content.Fail(name, error));
        return field;
    }

    static FeedManifest ReadFeed(StrictObject feed)
    {
        var bots = new List<FeedBot>();
        if (feed.Object("bots", required: true) is { } given)
        {
            foreach (var (kind, bot) in given.Objects())
            {
                var group = Array.IndexOf(Kinds, kind);
                if (group < 0) given.Fail(kind, $"is no kind of bot; expected {string.Join(", ", Kinds)}");
                else bots.Add(ReadBot((BotGroup)group, bot));
            }

            if (bots.Count == 0) feed.Fail("bots", "is empty; a feed has at least a collector");
        }

        // Sorting by a comparer of its own would have to be compiled at each start.
        bots.Sort(static (a, b) => (int)a.Group - (int)b.Group);
        return new FeedManifest
        {
            Provider = feed.Text("provider", "who publishes the feed"),
            Name = feed.Text("name", "the name of the feed"),
            Description = feed.Text("description", "what the feed is"),
            AdditionalInformation = feed.OptionalText("additional_information"),
            Documentation = feed.OptionalText("documentation"),
            Revision = feed.OptionalText("revision"),
            IsPublic = feed.Has("public") ? feed.Boolean("public", otherwise: false) : null,
            Bots = bots,
        };
    }

    static FeedBot ReadBot(BotGroup group, StrictObject bot)
    {
        var module = bot.Text("module", BotName.Form);
        if (module.Length > 0 && !(BotName.TryGetGroup(module, out var named) && named == group)) bot.Fail("module", $"'{module}' is no name of one of the {BotName.TextOf(group)}");
        return new FeedBot(group, module, bot.Object("parameters", required: false)?.Element);
    }

    static PageManifest ReadPage(StrictObject page)
    {
        var path = page.Text("path", "the path of a Markdown file");
        if (path.Length > 0 && PackagePath.Objection(path) is { } objection) page.Fail("path", $"'{path}': {objection}");
        else if (path.Length > 0 && !path.EndsWith(".md", StringComparison.OrdinalIgnoreCase)) page.Fail("path", $"'{path}' is no Markdown file (.md)");
        return new PageManifest(path, page.OptionalText("title") ?? path);
    }

    static UpgradeManifest ReadUpgrade(StrictObject upgrade)
    {
        var bot = upgrade.Text("bot", "the module whose configuration is upgraded");
        if (bot.Length > 0 && !BotName.TryGetGroup(bot, out _)) upgrade.Fail("bot", $"'{bot}' is not {BotName.Form}");
        var text = upgrade.Text("version", "a version such as 1.2.3");
        if (!SemanticVersion.TryParse(text, out var version) && text.Length > 0) upgrade.Fail("version", $"'{text}' is not a version such as 1.2.3");
        return new UpgradeManifest(bot, version ?? new SemanticVersion(0, 0, 0), upgrade.Text("type", "the name of a class"), upgrade.OptionalText("summary"));
    }
}
