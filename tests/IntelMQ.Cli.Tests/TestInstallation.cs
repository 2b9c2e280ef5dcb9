using System.Diagnostics;
using System.Globalization;

namespace IntelMQ.Cli.Tests;

/// <summary>An installation in a new directory, with a pipeline from a CSV file to a file of events.</summary>
public sealed class TestInstallation : IAsyncDisposable
{
    const string Pipeline = """
        # The comment of somebody who knows why.
        csv-collector:
          group: Collector
          name: Files
          description: reads files
          enabled: true
          run_mode: continuous
          module: intelmq.bots.collectors.file.collector_file
          parameters: {path: __DIRECTORY__/in/, postfix: .csv, rate_limit: 86400, destination_queues: {_default: [csv-parser-queue]}}
        csv-parser:
          group: Parser
          name: Csv
          description: parses lines
          enabled: true    # for now
          run_mode: continuous
          module: intelmq.bots.parsers.generic.parser_csv
          parameters: {columns: [source.ip, time.source], default_fields: {classification.type: scanner}, destination_queues: {_default: [file-output-queue]}}
        file-output:
          group: Output
          name: File
          description: writes events
          enabled: true
          run_mode: continuous
          module: intelmq.bots.outputs.file.output
          parameters: {file: __DIRECTORY__/events.txt}

        """;

    public TestInstallation()
    {
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "etc"));
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "in"));
        File.WriteAllText(Path.Combine(Directory, "in", "feed.csv"), "192.0.2.1,2026-11-20 10:00:00\n192.0.2.2,2026-11-20 10:00:00\n");
        Runtime = Pipeline.Replace("__DIRECTORY__", Directory, StringComparison.Ordinal);
    }

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("intelmq-cli-").FullName;

    public string RuntimeFile => Path.Combine(Directory, "etc", "runtime.yaml");

    public string Events => Path.Combine(Directory, "events.txt");

    public string Runtime
    {
        get => File.ReadAllText(RuntimeFile);
        set => File.WriteAllText(RuntimeFile, value);
    }

    internal int HostProcessId => int.Parse(File.ReadAllText(Path.Combine(Directory, "var", "run", "intelmq-host.pid")), CultureInfo.InvariantCulture);

    internal Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.OfAsync(Directory, arguments);

    /// <summary>Waits until something is so; a test that waits for a minute has failed.</summary>
    internal static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition()) await Task.Delay(50, deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("--quiet", "stop");
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
