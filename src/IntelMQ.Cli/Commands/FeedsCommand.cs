using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Cli.Terminal;
using IntelMQ.Configuration;
using IntelMQ.Configuration.Editing;
using IntelMQ.Control;
using IntelMQ.Control.Feeds;
using IntelMQ.Extensions;
using IntelMQ.Sdk;

namespace IntelMQ.Cli.Commands;

/// <summary><c>feeds</c>: the feeds that installed packages know, and their bots in the runtime configuration.</summary>
static class FeedsCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("feeds", "Lists known feeds and configures the bots that fetch them.");
        command.Add(CreateList(globals));
        command.Add(CreateShow(globals));
        command.Add(CreateAdd(globals));
        return command;
    }

    static Command CreateList(GlobalOptions globals)
    {
        var command = new Command("list", "Lists feeds of all packages.");
        var text = new Argument<string?>("text") { Arity = ArgumentArity.ZeroOrOne, Description = "Only feeds with this in their provider, name, description or modules." };
        var onlyPublic = new Option<bool>("--public") { Description = "Only feeds that everybody may fetch." };
        command.Arguments.Add(text);
        command.Options.Add(onlyPublic);
        globals.SetAction(command, (invocation, _) =>
        {
            var feeds = invocation.Installation.Catalogue.Feeds
                .Where(feed => !invocation.Value(onlyPublic) || feed.Feed.IsPublic == true)
                .Where(feed => invocation.Value(text) is not { } part || Texts(feed.Feed).Any(t => t.Contains(part, StringComparison.OrdinalIgnoreCase))).ToList();
            var table = new TextTable("provider", "feed", "public", "parser", "package");
            foreach (var (package, feed) in feeds)
                table.Add(feed.Provider, feed.Name, feed.IsPublic switch { true => "yes", false => "no", null => "" }, feed.Bots.FirstOrDefault(bot => bot.Group == BotGroup.Parsers)?.Module["intelmq.bots.parsers.".Length..] ?? "", package.Id);
            if (invocation.Type == OutputType.Text) table.Write();
            if (feeds.Count == 0) invocation.Output.Say(BotLogLevel.Warning, "No feed of an installed package is like that.");
            return Task.FromResult(invocation.Finish(feeds.Select(Facts).ToList(), feeds.Count > 0 ? 0 : 1));
        });
        return command;
    }

    static IEnumerable<string> Texts(FeedManifest feed) => [feed.Provider, feed.Name, feed.Description, .. feed.Bots.Select(bot => bot.Module)];

    static object? Facts(CatalogueFeed feed)
    {
        var facts = PackageFacts.WithoutNulls(PackageFacts.Of(feed.Feed));
        facts["package"] = feed.Package.Id;
        return facts;
    }

    static Command CreateShow(GlobalOptions globals)
    {
        var command = new Command("show", "Shows a feed, and its bots as they would be configured.");
        var (provider, name) = AddNames(command);
        globals.SetAction(command, (invocation, _) =>
        {
            var feed = Find(invocation, provider, name);
            var manifest = feed.Feed;
            var output = invocation.Output;
            output.Line($"{manifest.Provider}: {manifest.Name}");
            output.Line(manifest.Description);
            if (manifest.AdditionalInformation is { } information) output.Line(information);
            output.Line("");
            if (manifest.Documentation is { } documentation) output.Line($"Documentation: {documentation}");
            if (manifest.Revision is { } revision) output.Line($"Looked over:   {revision}");
            if (manifest.IsPublic is { } isPublic) output.Line($"Public:        {(isPublic ? "yes" : "no")}");
            output.Line($"Package:       {feed.Package}");
            if (FeedSetup.WordsOf(manifest) is { Count: > 0 } words) output.Line($"To fill in:    {string.Join(", ", words)}");
            output.Line("");
            output.Line(FeedSetup.Of(manifest, FeedSetup.PrefixOf(manifest), ["…"], new Dictionary<string, string>(StringComparer.Ordinal)).ToYaml(invocation.Installation.Paths.RuntimeFile).TrimEnd());
            return Task.FromResult(invocation.Finish(Facts(feed), 0));
        });
        return command;
    }

    static Command CreateAdd(GlobalOptions globals)
    {
        var command = new Command("add", "Adds the bots of a feed to the runtime configuration.");
        var (provider, name) = AddNames(command);
        var destination = new Option<string?>("--destination") { Description = "The bot that gets the events; without it, where all other parsers send.", HelpName = "BOT" };
        var fill = new Option<string[]>("--fill") { Description = "What a word of the feed such as PASSWORD stands for; may be repeated. A secret may stand in the environment: 'PASSWORD=${env:NAME}'.", HelpName = "WORD=VALUE" };
        var id = new Option<string?>("--id") { Description = "What the ids of the bots begin with; without it, provider and name.", HelpName = "PREFIX" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Shows what would be added and writes nothing." };
        foreach (var option in (Option[])[destination, fill, id, dryRun]) command.Options.Add(option);
        globals.SetAction(command, (invocation, _) =>
        {
            var feed = Find(invocation, provider, name).Feed;
            var words = Words(feed, invocation.Value(fill) ?? []);
            IReadOnlyList<string> queues = feed.Bots[^1].Group == BotGroup.Outputs ? [] : FeedDestinations.Of([.. invocation.Configuration.Bots], invocation.Value(destination));
            var setup = FeedSetup.Of(feed, invocation.Value(id) ?? FeedSetup.PrefixOf(feed), queues, words);
            if (invocation.Value(dryRun)) invocation.Output.Line(setup.ToYaml(invocation.Installation.Paths.RuntimeFile).TrimEnd());
            else Add(setup, queues, invocation);
            return Task.FromResult(invocation.Finish(setup.Sections.ToDictionary(section => section.Id, section => (object?)section.Section, StringComparer.Ordinal), 0));
        });
        return command;
    }

    static void Add(FeedSetup setup, IReadOnlyList<string> queues, Invocation invocation)
    {
        var file = invocation.Installation.Paths.RuntimeFile;
        try
        {
            var editor = RuntimeFileEditor.Open(file);
            setup.AddTo(editor);
            editor.Save();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ConfigurationEditException or ConfigurationFileException)
        {
            throw new ControlException($"Can't update runtime configuration: {e.Message}", e);
        }

        var output = invocation.Output;
        var ids = setup.Sections.Select(section => section.Id).ToList();
        output.Say(BotLogLevel.Info, $"Added {string.Join(" and ", ids)} to {file}{(queues.Count > 0 ? $"; the events go to {string.Join(", ", queues)}" : "")}.");
        foreach (var word in setup.Unfilled) output.Say(BotLogLevel.Warning, $"{word.BotId}: {word.Parameter}: {word.Word} is to be filled in.");
        output.Say(BotLogLevel.Info, setup.Unfilled.Count > 0
            ? $"Then: intelmqctl enable {setup.Unfilled[0].BotId}"
            : $"Then: {string.Join("; ", ids.AsEnumerable().Reverse().Select(bot => $"intelmqctl start {bot}"))}");
    }

    static Dictionary<string, string> Words(FeedManifest feed, string[] fills)
    {
        var known = FeedSetup.WordsOf(feed);
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var fill in fills)
        {
            var end = fill.IndexOf('=', StringComparison.Ordinal);
            var word = end < 0 ? fill : fill[..end].Trim('_');
            if (end < 0) throw new UsageException($"argument --fill: '{fill}' stands there; expected WORD=VALUE");
            if (!known.Contains(word)) throw new UsageException($"argument --fill: the feed has no word '{word}'; {(known.Count == 0 ? "it has none" : $"it has {string.Join(", ", known)}")}");
            words[word] = fill[(end + 1)..];
        }

        return words;
    }

    static (Argument<string> Provider, Argument<string?> Name) AddNames(Command command)
    {
        var provider = new Argument<string>("provider") { Description = "Who publishes it." };
        var name = new Argument<string?>("feed") { Arity = ArgumentArity.ZeroOrOne, Description = "Its name; may be left out where the provider has one feed." };
        command.Arguments.Add(provider);
        command.Arguments.Add(name);
        return (provider, name);
    }

    static CatalogueFeed Find(Invocation invocation, Argument<string> provider, Argument<string?> name)
    {
        var feeds = invocation.Installation.Catalogue.Feeds;
        var (wantedProvider, wantedName) = (invocation.Value(provider)!, invocation.Value(name));
        var ofProvider = feeds.Where(feed => feed.Feed.Provider.Equals(wantedProvider, StringComparison.OrdinalIgnoreCase)).ToList();
        if (ofProvider.Count == 0) throw new ControlException($"No installed package knows feeds of '{wantedProvider}'{Choices.Hint(wantedProvider, feeds.Select(feed => feed.Feed.Provider))}; 'intelmqctl feeds list' shows all.");
        var found = wantedName is null ? ofProvider : [.. ofProvider.Where(feed => feed.Feed.Name.Equals(wantedName, StringComparison.OrdinalIgnoreCase))];
        var names = string.Join(", ", ofProvider.Select(feed => $"'{feed.Feed.Name}'"));
        return found.Count switch
        {
            0 => throw new ControlException($"{ofProvider[0].Feed.Provider} has no feed '{wantedName}'{Choices.Hint(wantedName!, ofProvider.Select(feed => feed.Feed.Name))}; it has {names}."),
            1 => found[0],
            _ when wantedName is null => throw new ControlException($"{ofProvider[0].Feed.Provider} has several feeds; which of them: {names}?"),
            _ => throw new ControlException($"The feed '{found[0].Feed}' is described by {string.Join(" and by ", found.Select(feed => feed.Package))}; disable one of these packages."),
        };
    }
}
