using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using IntelMQ.Configuration;
using IntelMQ.Configuration.Editing;
using IntelMQ.Extensions;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Feeds;

/// <summary>The bots of a feed as sections of <c>runtime.yaml</c>.</summary>
/// <param name="Sections">Id and section of each bot, in the order in which messages pass them.</param>
/// <param name="Unfilled">What an operator has to replace before the bot can run. Such a bot is not enabled.</param>
sealed partial record FeedSetup(IReadOnlyList<(string Id, IReadOnlyDictionary<string, object?> Section)> Sections, IReadOnlyList<UnfilledWord> Unfilled)
{
    // A word for the parser of CSV files, which leaves a column out by it.
    const string ColumnMarker = "__IGNORE__";

    [GeneratedRegex("__[A-Z][A-Z0-9]*__")]
    private static partial Regex WordForm { get; }

    /// <summary>Words of a feed that its user fills in, without their underscores.</summary>
    public static IReadOnlyList<string> WordsOf(FeedManifest feed) =>
        [.. feed.Bots.SelectMany(bot => bot.Parameters is { } parameters ? WordsIn(parameters.GetRawText()) : []).Select(word => word.Trim('_')).Where(word => word is not ("FEED" or "PROVIDER")).Distinct()];

    /// <summary>A prefix for the ids of a feed's bots: provider and name in letters, digits and hyphens.</summary>
    public static string PrefixOf(FeedManifest feed)
    {
        var id = new StringBuilder();
        foreach (var c in $"{feed.Provider} {feed.Name}".ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c)) id.Append(c);
            else if (id.Length > 0 && id[^1] != '-') id.Append('-');
        }

        return id.ToString().TrimEnd('-');
    }

    /// <summary>Puts a feed's bots together.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="prefix">What the ids of its bots begin with.</param>
    /// <param name="destinations">The queues that the last bot sends to; none where it is an output.</param>
    /// <param name="words">What words stand for, without their underscores; others are left.</param>
    public static FeedSetup Of(FeedManifest feed, string prefix, IReadOnlyList<string> destinations, IReadOnlyDictionary<string, string> words)
    {
        var all = new Dictionary<string, string>(words, StringComparer.Ordinal) { ["FEED"] = feed.Name, ["PROVIDER"] = feed.Provider };
        var ids = feed.Bots.Select(bot => $"{prefix}-{BotName.TextOf(bot.Group)[..^1]}").ToList();
        var sections = new List<(string, IReadOnlyDictionary<string, object?>)>();
        var unfilled = new List<UnfilledWord>();
        for (var i = 0; i < feed.Bots.Count; i++)
        {
            var bot = feed.Bots[i];
            var parameters = Parameters(bot, all);
            var left = parameters.SelectMany(parameter => WordsIn(JsonSerializer.Serialize(parameter.Value)).Select(word => new UnfilledWord(ids[i], parameter.Key, word))).ToList();
            unfilled.AddRange(left);
            if (bot.Group != BotGroup.Outputs) parameters["destination_queues"] = new Dictionary<string, object?>(StringComparer.Ordinal) { [DestinationQueues.DefaultPath] = Next(i) };
            sections.Add((ids[i], Section(feed, bot, parameters, isEnabled: left.Count == 0)));
        }

        return new(sections, unfilled);

        IReadOnlyList<object?> Next(int i) => i + 1 < ids.Count ? [ids[i + 1] + "-queue"] : [.. destinations];
    }

    /// <summary>The sections as they are written.</summary>
    public string ToYaml(string file)
    {
        var editor = RuntimeFileEditor.Over("", file);
        AddTo(editor);
        return editor.Text;
    }

    /// <summary>Adds the bots after the others of a file.</summary>
    /// <exception cref="ConfigurationEditException">One of them is there already.</exception>
    public void AddTo(RuntimeFileEditor editor)
    {
        foreach (var (id, section) in Sections) editor.AddBot(id, section);
    }

    static IEnumerable<string> WordsIn(string json) => WordForm.Matches(json).Select(match => match.Value).Where(word => word != ColumnMarker).Distinct();

    static OrderedDictionary<string, object?> Section(FeedManifest feed, FeedBot bot, OrderedDictionary<string, object?> parameters, bool isEnabled)
    {
        var group = BotName.TextOf(bot.Group)[..^1];
        return new(StringComparer.Ordinal)
        {
            ["group"] = char.ToUpperInvariant(group[0]) + group[1..],
            ["name"] = $"{feed.Provider} {feed.Name} {group}",
            ["description"] = feed.Description,
            ["module"] = bot.Module,
            ["enabled"] = isEnabled,
            ["run_mode"] = "continuous",
            ["parameters"] = parameters,
        };
    }

    static OrderedDictionary<string, object?> Parameters(FeedBot bot, IReadOnlyDictionary<string, string> words)
    {
        var parameters = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        if (bot.Parameters is not { } given) return parameters;
        foreach (var parameter in given.EnumerateObject()) parameters[parameter.Name] = Fill(PlainTree.Normalize(parameter.Value), words);
        return parameters;
    }

    static object? Fill(object? value, IReadOnlyDictionary<string, string> words) => value switch
    {
        string text => WordForm.Replace(text, match => words.GetValueOrDefault(match.Value.Trim('_'), match.Value)),
        IReadOnlyDictionary<string, object?> map => new OrderedDictionary<string, object?>(map.Select(entry => KeyValuePair.Create(entry.Key, Fill(entry.Value, words))), StringComparer.Ordinal),
        IReadOnlyList<object?> list => list.Select(item => Fill(item, words)).ToList(),
        _ => value,
    };
}

/// <summary>A word that stands for what only an operator knows, such as <c>__PASSWORD__</c>.</summary>
/// <param name="BotId">The bot.</param>
/// <param name="Parameter">The parameter that has it.</param>
/// <param name="Word">With its underscores.</param>
sealed record UnfilledWord(string BotId, string Parameter, string Word);
