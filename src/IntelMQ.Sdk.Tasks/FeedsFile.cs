using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace IntelMQ.Sdk.Tasks;

/// <summary><c>feeds.yaml</c>: the feeds that the bots of a package are for, in the form of the original's file of that name.</summary>
static class FeedsFile
{
    static readonly Regex ModuleForm = new(@"^intelmq\.bots\.(collector|parser|expert|output)s(\.[a-z0-9_]+)+$", RegexOptions.CultureInvariant);

    /// <summary>The member <c>feeds</c> of the manifest; null when there is nothing, or something is wrong.</summary>
    public static string? Read(IEnumerable<string> paths, List<FileProblem> problems)
    {
        // By provider and name, so that the manifest does not depend on the order in which files are found.
        var feeds = new SortedDictionary<string, (ManifestObject Feed, string File)>(StringComparer.Ordinal);
        foreach (var path in paths.OrderBy(static path => path, StringComparer.Ordinal))
        {
            var file = new YamlFile(path);
            if (file.Root() is { } root) Feeds(file, root, feeds);
            problems.AddRange(file.Problems);
        }

        return problems.Count > 0 || feeds.Count == 0 ? null : $"[\n    {string.Join(",\n    ", feeds.Values.Select(static feed => feed.Feed))}\n  ]";
    }

    static void Feeds(YamlFile file, YamlMappingNode root, SortedDictionary<string, (ManifestObject Feed, string File)> feeds)
    {
        foreach (var (key, keyNode, providers) in file.Entries(root, "the file"))
        {
            if (key != "providers")
            {
                file.Refuse(keyNode, $"'{key}' is not known here; expected providers");
                continue;
            }

            foreach (var (provider, _, ofProvider) in file.Entries(providers, key))
                foreach (var (name, nameNode, feed) in file.Entries(ofProvider, $"{key}.{provider}"))
                {
                    var id = $"{provider}\0{name}";
                    if (feeds.TryGetValue(id, out var other)) file.Refuse(nameNode, $"{key}.{provider}.{name} is described in {other.File} too");
                    else feeds.Add(id, (Feed(file, provider, name, nameNode, feed), file.Path));
                }
        }
    }

    static ManifestObject Feed(YamlFile file, string provider, string name, YamlNode nameNode, YamlNode feed)
    {
        var place = $"providers.{provider}.{name}";
        var json = new ManifestObject(6).Add("provider", provider).Add("name", name);
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (option, optionNode, value) in file.Entries(feed, place))
        {
            given.Add(option);
            switch (option)
            {
                case "description" or "additional_information" or "documentation" or "revision":
                    json.Add(option, file.Text(value, $"{place}.{option}"));
                    break;
                case "public":
                    var isPublic = file.Json(value, $"{place}.public");
                    if (isPublic is "true" or "false") json.AddRaw(option, isPublic!);
                    else file.Refuse(value, $"{place}.public: {YamlFile.Show(value)} stands there; expected true or false");
                    break;
                case "bots":
                    json.AddRaw(option, Bots(file, value, $"{place}.bots").ToString());
                    break;
                default:
                    file.Refuse(optionNode, $"{place}: there is no option '{option}'; expected description, additional_information, documentation, revision, public or bots");
                    break;
            }
        }

        foreach (var required in new[] { "description", "bots" })
            if (!given.Contains(required))
                file.Refuse(nameNode, $"{place}: the option '{required}' is missing");
        return json;
    }

    static ManifestObject Bots(YamlFile file, YamlNode bots, string place)
    {
        var json = new ManifestObject(8);
        var count = 0;
        foreach (var (kind, kindNode, bot) in file.Entries(bots, place))
        {
            count++;
            if (kind is "collector" or "parser" or "expert" or "output") json.AddRaw(kind, Bot(file, kind, bot, $"{place}.{kind}").ToString());
            else file.Refuse(kindNode, $"{place}: there is no kind of bot '{kind}'; expected collector, parser, expert or output");
        }

        if (count == 0 && bots is YamlMappingNode) file.Refuse(bots, $"{place}: is empty; a feed needs at least a collector");
        return json;
    }

    static ManifestObject Bot(YamlFile file, string kind, YamlNode bot, string place)
    {
        var json = new ManifestObject(10);
        var hasModule = false;
        foreach (var (option, optionNode, value) in file.Entries(bot, place))
        {
            switch (option)
            {
                case "module":
                    hasModule = true;
                    var module = file.Text(value, $"{place}.module");
                    if (module is not null && !(ModuleForm.Match(module) is { Success: true } match && match.Groups[1].Value == kind))
                        file.Refuse(value, $"{place}.module: '{module}' is no name of a {kind}; expected intelmq.bots.{kind}s.<organization>.<name>");
                    json.Add(option, module);
                    break;
                case "parameters":
                    var parameters = file.Json(value, $"{place}.parameters");
                    if (parameters is not null and not "null" && value is not YamlMappingNode) file.Refuse(value, $"{place}.parameters: {YamlFile.Show(value)} stands there; expected a map");
                    if (parameters is not null and not "null") json.AddRaw(option, parameters);
                    break;
                default:
                    file.Refuse(optionNode, $"{place}: there is no option '{option}'; expected module or parameters");
                    break;
            }
        }

        if (!hasModule && bot is YamlMappingNode) file.Refuse(bot, $"{place}: the option 'module' is missing");
        return json;
    }
}
