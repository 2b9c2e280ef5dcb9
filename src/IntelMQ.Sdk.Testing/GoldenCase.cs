using System.Reflection;
using System.Text;

namespace IntelMQ.Sdk.Testing;

/// <summary>
/// A case that stands beside its bot as files: <c>cases/&lt;case&gt;/</c> with <c>input.*</c>, <c>expected.jsonl</c> and, where
/// they are needed, <c>parameters.yaml</c> (or <c>.json</c>), <c>report.json</c> and <c>dumped.jsonl</c>.
/// </summary>
/// <remarks>
/// A parser is given <c>input.*</c> as one report, with the fields of <c>report.json</c>, observed at the beginning of 2020.
/// Other bots are given <c>input.jsonl</c>, a message per line. <c>expected.jsonl</c> is what the bot sends, one message a
/// line, with <c>__path</c> where it is not the default one. <c>dumped.jsonl</c> has a line per failed row or message, with
/// <c>raw</c> and, where it matters, <c>error</c>. When the environment variable <c>INTELMQ_ACCEPT</c> is 1, what comes out is
/// written as what is expected. The bot is the only one in the namespace that the folder stands for, or the one that
/// <c>module</c> in the parameters names.
/// </remarks>
public sealed class GoldenCase
{
    const string AcceptVariable = "INTELMQ_ACCEPT";

    readonly BotCatalogue _catalogue;
    readonly IReadOnlyDictionary<string, object?> _parameters;

    GoldenCase(BotCatalogue catalogue, string root, string directory)
    {
        _catalogue = catalogue;
        Directory = directory;
        Name = Path.GetRelativePath(root, directory).Replace('\\', '/').Replace("/cases/", "/", StringComparison.Ordinal);
        var parameters = new Dictionary<string, object?>(ReadParameters(directory), StringComparer.Ordinal);
        Module = parameters.Remove("module", out var module) && module is string name ? name : OnlyBotOf(root);
        _parameters = parameters;
    }

    /// <summary>The bot's folder and the case, such as <c>Parsers/AbuseCh/FeodoTracker/blocklist</c>.</summary>
    public string Name { get; }

    /// <summary>Where the files are.</summary>
    public string Directory { get; }

    /// <summary>The full name of the bot.</summary>
    public string Module { get; }

    /// <inheritdoc />
    public override string ToString() => Name;

    /// <summary>All cases below a directory.</summary>
    /// <param name="root">
    /// The directory of the project with the bots. A relative one is looked for beside the test's assembly and in each
    /// directory above it, so that <c>src/Acme.Bots</c> is found from <c>bin/</c>.
    /// </param>
    /// <param name="bots">The assembly with the bots; folders stand for its namespaces.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static IReadOnlyList<GoldenCase> FindAll(string root, Assembly bots)
    {
        var found = Path.IsPathRooted(root) ? root : SearchUpwards(root);
        var catalogue = BotCatalogue.Of(bots);
        return
        [
            .. System.IO.Directory.EnumerateDirectories(found, "cases", SearchOption.AllDirectories)
                .Where(d => !Path.GetRelativePath(found, d).Split(Path.DirectorySeparatorChar).Any(static part => part is "bin" or "obj"))
                .SelectMany(System.IO.Directory.EnumerateDirectories)
                .Order(StringComparer.Ordinal)
                .Select(d => new GoldenCase(catalogue, found, d)),
        ];
    }

    static string SearchUpwards(string root)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, root);
            if (System.IO.Directory.Exists(candidate)) return candidate;
        }

        throw new DirectoryNotFoundException($"There is no directory '{root}' in or above {AppContext.BaseDirectory}.");
    }

    static IReadOnlyDictionary<string, object?> ReadParameters(string directory)
    {
        foreach (var name in new[] { "parameters.yaml", "parameters.json" })
            if (File.Exists(Path.Combine(directory, name)))
                return ParameterFile.Read(Path.Combine(directory, name));
        return new Dictionary<string, object?>();
    }

    string OnlyBotOf(string root)
    {
        var folder = Path.GetRelativePath(root, Path.GetFullPath(Path.Combine(Directory, "..", "..")));
        var space = $"{_catalogue.Assembly.GetName().Name}.{folder.Replace(Path.DirectorySeparatorChar, '.')}".TrimEnd('.');
        string[] bots = [.. _catalogue.In(space)];
        return bots.Length == 1
            ? bots[0]
            : throw new FormatException($"{Directory}: the namespace {space} has {(bots.Length == 0 ? "no bot" : "the bots " + string.Join(", ", bots))}; say in parameters.yaml which one is meant: 'module: intelmq.bots.…'.");
    }

    /// <summary>Runs the case and compares, or accepts what comes out.</summary>
    /// <param name="services">Services that replace the fakes.</param>
    /// <exception cref="BotAssertionException">Something else came out; the text shows the difference and how to accept it.</exception>
    public async Task VerifyAsync(params object[] services)
    {
        var run = await RunAsync(services);
        OrderedDictionary<string, object?>[] sent = [.. run.Sent.Select(static s => s.ToMap())];
        OrderedDictionary<string, object?>[] dumped = [.. run.Failed.Select(Dumped)];
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            Write("expected.jsonl", sent, keepEmpty: true);
            Write("dumped.jsonl", dumped, keepEmpty: false);
            return;
        }

        var difference = Compare("expected.jsonl", sent) + Compare("dumped.jsonl", AsFarAsExpected(dumped));
        if (difference.Length > 0) throw new BotAssertionException($"{Name}: {Module} does something else than the case expects.\n{difference}If it is right, run the tests with {AcceptVariable}=1 and look at the changes.");
    }

    /// <summary>Runs the case without comparing. A message that makes the bot throw is among <see cref="BotRun.Failed"/>.</summary>
    public async Task<BotRun> RunAsync(params object[] services)
    {
        await using var bot = BotHarness.ForModule(_catalogue.Assembly, Module, _parameters, services);
        await bot.StartAsync();
        foreach (var message in Input(bot))
        {
            try
            {
                await bot.GiveAsync(message, default);
            }
            catch (Exception e) when (e is not ConfigurationException)
            {
                bot.FailWhole(message, e);
            }
        }

        return bot.TakeRun();
    }

    IEnumerable<Message> Input(BotHarness bot)
    {
        string[] files = [.. System.IO.Directory.EnumerateFiles(Directory, "input.*")];
        if (files.Length != 1) throw new FormatException($"{Directory} has {files.Length} files 'input.*' instead of one.");
        if (bot.Bot is Parser) return [ReportOf(files[0], bot)];
        return File.ReadLines(files[0]).Where(static line => line.Trim().Length > 0).Select(line => JsonForm.Read(Encoding.UTF8.GetBytes(line), bot.Format, "Event"));
    }

    Report ReportOf(string file, BotHarness bot)
    {
        var report = bot.NewReport(File.ReadAllBytes(file));
        var fields = Path.Combine(Directory, "report.json");
        if (!File.Exists(fields)) return report;
        foreach (var (name, value) in ParameterFile.Read(fields))
            if (name != "__type")
                report.Set(Field.Named(name), FieldValue.From(value));
        return report;
    }

    static OrderedDictionary<string, object?> Dumped(FailedRow row) => new() { ["raw"] = row.RawText, ["error"] = row.Error.Message };

    // A case need not fix the words of an error.
    OrderedDictionary<string, object?>[] AsFarAsExpected(OrderedDictionary<string, object?>[] dumped)
    {
        var expected = Read("dumped.jsonl");
        for (var i = 0; i < Math.Min(expected.Length, dumped.Length); i++)
            if (!expected[i].ContainsKey("error"))
                dumped[i].Remove("error");
        return dumped;
    }

    string Compare(string file, OrderedDictionary<string, object?>[] actual) =>
        MessageDifference.Between(Read(file), actual) is { } difference ? $"{file}: {difference}" : "";

    OrderedDictionary<string, object?>[] Read(string file)
    {
        var path = Path.Combine(Directory, file);
        return File.Exists(path) ? [.. File.ReadLines(path).Where(static line => line.Trim().Length > 0).Select(MessageDifference.Parse)] : [];
    }

    void Write(string file, OrderedDictionary<string, object?>[] lines, bool keepEmpty)
    {
        var path = Path.Combine(Directory, file);
        if (lines.Length > 0 || keepEmpty) File.WriteAllText(path, string.Concat(lines.Select(static line => MessageDifference.Show(line) + "\n")));
        else File.Delete(path);
    }
}
