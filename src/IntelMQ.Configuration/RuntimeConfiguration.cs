using System.Text;
using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration;

/// <summary>An immutable picture of <c>runtime.yaml</c>. A reload makes a new one.</summary>
internal sealed class RuntimeConfiguration
{
    /// <summary>The section for all bots; no bot can have this id.</summary>
    public const string GlobalKey = "global";

    readonly YamlDocument _document;
    readonly Dictionary<string, BotConfiguration> _bots;

    RuntimeConfiguration(YamlDocument document, SourceMap global, MergedParameters globalMerged, BotSettings globalSettings, IReadOnlyList<BotConfiguration> bots, IReadOnlyList<ConfigurationProblem> problems)
    {
        _document = document;
        Global = global;
        GlobalMerged = globalMerged;
        GlobalSettings = globalSettings;
        Bots = bots;
        Problems = problems;
        _bots = bots.ToDictionary(static bot => bot.Id, StringComparer.Ordinal);
    }

    /// <summary>The file as it was given.</summary>
    public string File => _document.File;

    /// <summary>The section <c>global</c> as written.</summary>
    public IReadOnlyDictionary<string, object?> Global { get; }

    /// <summary>The section <c>global</c> with the environment, for tools that act for no bot.</summary>
    public MergedParameters GlobalMerged { get; }

    /// <summary>The settings of the host itself.</summary>
    public BotSettings GlobalSettings { get; }

    /// <summary>All bots in the order of the file.</summary>
    public IReadOnlyList<BotConfiguration> Bots { get; }

    /// <summary>Everything that is wrong, in the order of the file, that of the bots included.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; }

    public bool HasErrors => Problems.Any(static problem => problem.Severity == Severity.Error);

    /// <summary>The whole file as plain values.</summary>
    public IReadOnlyDictionary<string, object?> Root => _document.Root.Value as SourceMap ?? SourceMap.Empty;

    /// <summary>The bot of an id; null where there is none.</summary>
    public BotConfiguration? Find(string id) => _bots.GetValueOrDefault(id);

    /// <summary>Where a value stands; null where there is none at this path.</summary>
    /// <exception cref="FormatException">The path is malformed.</exception>
    public SourcePosition? Locate(string path)
    {
        var node = _document.Root;
        foreach (var step in ConfigurationPath.Parse(path))
        {
            var next = (node.Value, step) switch
            {
                (SourceMap map, string key) => map.Find(key)?.Node,
                (SourceList list, int index) when index < list.Count => list.Nodes[index],
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            node = next;
        }

        return new SourcePosition(File, node.Span.Line, node.Span.Column);
    }

    /// <summary>Reads the runtime configuration of an installation; a <c>runtime.conf</c> without a newer file gets the new name first.</summary>
    /// <param name="environment">Variables of the process; <c>INTELMQ_…</c> override parameters.</param>
    /// <exception cref="ConfigurationFileException">The file is missing, not readable or not YAML.</exception>
    public static RuntimeConfiguration Load(IntelMqPaths paths, IReadOnlyDictionary<string, string> environment)
    {
        try
        {
            paths.AdoptLegacyRuntimeFile();
            return Load(paths.RuntimeFile, environment);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Who may not rename the file may still read it; somebody else may just have renamed it.
            return Load(System.IO.File.Exists(paths.RuntimeFile) ? paths.RuntimeFile : paths.LegacyRuntimeFile, environment);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConfigurationFileException">The file is missing, not readable or not YAML.</exception>
    public static RuntimeConfiguration Load(string file, IReadOnlyDictionary<string, string> environment) =>
        Parse(ReadText(file), file, environment);

    /// <summary>Reads a text as the content of a file.</summary>
    /// <exception cref="ConfigurationFileException">The text is not YAML, or not a map.</exception>
    public static RuntimeConfiguration Parse(string text, string file, IReadOnlyDictionary<string, string> environment)
    {
        var document = YamlReader.Read(text.TrimStart('\uFEFF'), file);
        var root = RootOf(document);
        var problems = new ProblemList(file);
        problems.AddRange(document.Problems);

        var variables = MergedParameters.FromEnvironment(environment);
        var global = GlobalOf(root, problems);
        var globalMerged = MergedParameters.Of(global, null, SourceMap.Empty, SourceMap.Empty, variables);
        var globalSettings = BotSettingsReader.Read(globalMerged, problems);
        DestinationQueues.Read(globalMerged, problems);

        var bots = new List<BotConfiguration>();
        foreach (var entry in root.Entries.Where(static entry => entry.Key != GlobalKey))
        {
            var reader = new BotConfigurationReader(file, global, variables);
            if (reader.Read(entry) is { } bot)
            {
                bots.Add(bot);
            }

            problems.AddRange(reader.Problems);
        }

        BrokerAdvice.Check(root, global, problems);
        GlobalAdvice.Check(global, bots, problems);
        QueueGraph.Check(bots, problems);
        return new RuntimeConfiguration(document, global, globalMerged, globalSettings, WithDocumentProblems(bots, document), Ordered(problems));
    }

    /// <summary>Reads the text of a file; a byte order mark is left out.</summary>
    /// <exception cref="ConfigurationFileException">The file is missing or not readable.</exception>
    internal static string ReadText(string file)
    {
        try
        {
            using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unreadable(file, $"File not found: '{file}'", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, $"The file cannot be read: {e.Message}", e);
        }
        catch (DecoderFallbackException e)
        {
            throw Unreadable(file, "The file is not UTF-8", e);
        }
    }

    static SourceMap RootOf(YamlDocument document) =>
        document.Root.Value switch
        {
            null => SourceMap.Empty,
            SourceMap map => map,
            var other => throw new ConfigurationFileException(
            [
                new ConfigurationProblem(Severity.Error, document.File, document.Root.Span.Line, document.Root.Span.Column, "",
                    $"The file is {ValueText.KindOf(other)}", Expected: "a map from bot ids to bots"),
            ]),
        };

    static SourceMap GlobalOf(SourceMap root, ProblemList problems)
    {
        switch (root.Find(GlobalKey))
        {
            case null or { Node.Value: null }:
                return SourceMap.Empty;
            case { Node.Value: SourceMap global }:
                return global;
            case { } entry:
                problems.Add(Severity.Error, entry.Node.Span, ConfigurationPath.Root.Child(GlobalKey),
                    $"The section global is a map, not {ValueText.KindOf(entry.Node.Value)}", "parameters by name");
                return SourceMap.Empty;
        }
    }

    // A key given twice inside a bot is that bot's problem too.
    static List<BotConfiguration> WithDocumentProblems(List<BotConfiguration> bots, YamlDocument document)
    {
        if (document.Problems.Count == 0)
        {
            return bots;
        }

        return
        [
            .. bots.Select(bot => bot with
            {
                Problems = [.. document.Problems.Where(problem => problem.Path == bot.Id || problem.Path.StartsWith(bot.Id + ".", StringComparison.Ordinal)), .. bot.Problems],
            }),
        ];
    }

    // A wrong global parameter is found again with every bot.
    static IReadOnlyList<ConfigurationProblem> Ordered(ProblemList problems) =>
        [.. problems.Items.Distinct().OrderBy(static problem => problem.Line).ThenBy(static problem => problem.Column)];

    static ConfigurationFileException Unreadable(string file, string message, Exception e) =>
        new([new ConfigurationProblem(Severity.Error, file, 0, 0, "", message)], e);
}
