using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;
using IntelMQ.Brokers;
using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Faults.Tests;

/// <summary>An installation in a directory of its own, removed at the end.</summary>
sealed class Installation : IDisposable
{
    /// <summary>A file collector, a CSV parser and two experts; the last one's events wait in <see cref="LastQueue"/> for an output, if there is one.</summary>
    const string Pipeline = """
        feed-collector:
          module: intelmq.bots.collectors.file.collector_file
          enabled: true
          parameters:
            path: __ROOT__/incoming
            postfix: .csv
            delete_file: true
            rate_limit: 0
            destination_queues: {_default: [csv-parser-queue]}
        csv-parser:
          module: intelmq.bots.parsers.generic.parser_csv
          enabled: true
          parameters:
            columns: [source.url, extra.text]
            default_fields: {classification.type: malware-distribution}
            destination_queues: {_default: [__AFTER_PARSER__]}
        taxonomy-expert:
          module: intelmq.bots.experts.taxonomy.expert
          enabled: true
          parameters:
            destination_queues: {_default: [url-expert-queue]}
        url-expert:
          module: intelmq.bots.experts.url.expert
          enabled: true
          parameters:
            destination_queues: {_default: [file-output-queue]}

        """;

    static readonly string Program =
        typeof(Installation).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Intelmqctl").Value!;

    public const string FirstQueue = "csv-parser-queue";
    public const string LastQueue = "file-output-queue";

    public string Root { get; } = Directory.CreateTempSubdirectory("intelmq-faults-").FullName;

    public string QueueDirectory => Path.Combine(Root, "var", "lib", "queues");

    public string ExtensionDirectory => Path.Combine(Root, "var", "lib", "extensions");

    public string OutputFile => Path.Combine(Root, "events.txt");

    public string IncomingDirectory => Directory.CreateDirectory(Path.Combine(Root, "incoming")).FullName;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Writes the pipeline and what follows it; parameters for all bots go to <paramref name="global"/>.</summary>
    public void Configure(string bots, string global = "", string afterParser = "taxonomy-expert-queue")
    {
        Directory.CreateDirectory(Path.Combine(Root, "etc"));
        var text = (global.Length > 0 ? $"global:\n{global}\n" : "") + Pipeline.Replace("__AFTER_PARSER__", afterParser) + bots;
        File.WriteAllText(Path.Combine(Root, "etc", "runtime.yaml"), text.Replace("__ROOT__", Root));
    }

    /// <summary>An output that writes to <see cref="OutputFile"/>.</summary>
    public static string Output(string parameters = "") => $$"""
        file-output:
          module: intelmq.bots.outputs.file.output
          enabled: true
          parameters:
            file: __ROOT__/events.txt
            {{parameters}}

        """;

    public Task<Host> StartHostAsync(params IReadOnlyList<(string Name, string Value)> variables)
    {
        var start = Command("host");
        foreach (var (name, value) in variables) start.Environment[name] = value;
        return Host.StartAsync(start);
    }

    ProcessStartInfo Command(params IEnumerable<string> arguments) => new(Program, arguments) { WorkingDirectory = Root, Environment = { ["INTELMQ_ROOT_DIR"] = Root } };

    /// <summary>Runs a command to its end.</summary>
    public async Task<(int ExitCode, string Text)> RunAsync(params IEnumerable<string> arguments)
    {
        var start = Command(arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Token);
        var text = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, text + await error);
    }

    /// <summary>What <c>status --long</c> knows, by bot.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> StatusAsync()
    {
        var (_, text) = await RunAsync("--type", "json", "--quiet", "status", "--long");
        return JsonDocument.Parse(text[text.IndexOf('{')..]).RootElement.EnumerateObject().ToDictionary(bot => bot.Name, bot => bot.Value);
    }

    /// <summary>Messages per queue; those that a bot has in hand are among them.</summary>
    public async Task<IReadOnlyDictionary<string, long>> QueuesAsync() =>
        (await EmbeddedStore.ReadStatusAsync(QueueDirectory, Token)).ToDictionary(queue => queue.Queue, queue => queue.Waiting);

    /// <summary>Bytes of the logs of all queues with events: what the parser and the experts have sent and was not given back yet.</summary>
    public long EventBytes =>
        new DirectoryInfo(Path.Combine(QueueDirectory, "queues")).EnumerateDirectories().Where(queue => !queue.Name.EndsWith(FirstQueue, StringComparison.Ordinal))
            .SelectMany(queue => queue.EnumerateFiles("*.log")).Sum(file => file.Length);

    /// <summary>The messages of a queue in their text form.</summary>
    public async Task<IReadOnlyList<string>> MessagesAsync(string queue) =>
        [.. (await EmbeddedStore.PeekAsync(QueueDirectory, queue, int.MaxValue, Token))
            .Select(body => Encoding.UTF8.GetString(Sdk.JsonForm.Write(Sdk.BinaryForm.Read(body, Sdk.DataFormat.Shipped))))];

    /// <summary>Waits until nothing is left but what waits in queues that no bot reads.</summary>
    public Task DrainAsync(TimeSpan limit, params IReadOnlyCollection<string> unread)
    {
        IReadOnlyDictionary<string, long> queues = new Dictionary<string, long>();
        return Eventually.IsTrueAsync(
            async () =>
            {
                if (Directory.EnumerateFiles(IncomingDirectory).Any()) return false;
                queues = await QueuesAsync();
                return queues.All(queue => queue.Value == 0 || unread.Contains(queue.Key));
            },
            limit,
            () => $"empty queues; now {string.Join(", ", queues.Select(q => $"{q.Key} {q.Value}"))}, {Directory.EnumerateFiles(IncomingDirectory).Count()} files to collect");
    }

    /// <summary>The log of a bot or, by default, of the host.</summary>
    public string Log(string id = "intelmq-host") => Read(Path.Combine(Root, "var", "log", id + ".log"));

    /// <summary>The dump of a bot, empty if there is none.</summary>
    public string Dump(string id) => Read(Path.Combine(Root, "var", "log", id + ".dump"));

    static string Read(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
