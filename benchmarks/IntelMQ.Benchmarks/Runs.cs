namespace IntelMQ.Benchmarks;

/// <summary>The workloads, each as it is described in docs/dev/benchmarks.md.</summary>
sealed class Runs(Workloads workloads, string root)
{
    public IReadOnlyList<(string Name, Func<Task<IReadOnlyList<Measurement>>> Run)> All =>
    [
        ("w1 feed, 8 bots", Feed),
        ("w2 taxonomy, file", Hop),
        ("w3 csv", () => Parse("parse_csv", CsvParser)),
        ("w3 json", () => Parse("parse_json", JsonParser)),
        ("w4 csv, alone", () => ParseAlone("parse_csv", CsvParser)),
        ("w4 json, alone", () => ParseAlone("parse_json", JsonParser)),
        ("floor of w1", Floor),
    ];

    static string Workload(string file) => Path.Combine(AppContext.BaseDirectory, "workloads", file);

    /// <summary>File collector, CSV parser, deduplicator, taxonomy, url, modify, filter, file output.</summary>
    async Task<IReadOnlyList<Measurement>> Feed()
    {
        var input = Path.Combine(root + "-input", "feed");
        if (Directory.Exists(input)) Directory.Delete(input, recursive: true);
        Directory.CreateDirectory(input);
        var yaml = (await File.ReadAllTextAsync(Workload("w1-runtime.yaml")))
            .Replace("{input}", root + "-input", StringComparison.Ordinal)
            .Replace("{root}", root, StringComparison.Ordinal)
            .Replace("delete_file: false", "delete_file: true", StringComparison.Ordinal)
            .Replace("rate_limit: 86400", "rate_limit: 0.05", StringComparison.Ordinal);
        await using var host = await BenchmarkHost.OpenAsync(root, yaml);
        var modify = Path.Combine(root, "var", "lib", "bots", "modify");
        Directory.CreateDirectory(modify);
        File.Copy(Workload("w1-modify.conf"), Path.Combine(modify, "modify.conf"));

        // The first feed also pays for loading and compiling the code; the second, another one, shows what goes on all day.
        await host.StartAsync();
        var cold = await FeedOne(host, "cold", "feed_half", input, before: 0);
        var warm = await FeedOne(host, "warm", "feed", input, before: workloads.Number("feed_half", "expected_out"));
        return [cold, warm];
    }

    async Task<Measurement> FeedOne(BenchmarkHost host, string name, string feed, string input, long before)
    {
        var expected = before + workloads.Number(feed, "expected_out");
        var meter = Meter.Start();
        File.Copy(workloads.PathOf(feed), Path.Combine(input, feed + ".part"));
        File.Move(Path.Combine(input, feed + ".part"), Path.Combine(input, feed + ".csv"));
        await host.UntilAsync("file-output", expected, sent: false);
        var result = meter.Stop(name, workloads.Number(feed, "lines"), hops: 8);
        var written = File.ReadLines(Path.Combine(root, "var/lib/bots/file-output/events.txt")).LongCount();
        return written == expected ? result : throw new InvalidOperationException($"{written} events were written, {expected} were expected.");
    }

    /// <summary>Ready events through an expert to a file.</summary>
    async Task<IReadOnlyList<Measurement>> Hop()
    {
        await using var host = await BenchmarkHost.OpenAsync(
            root,
            $$"""
            taxonomy:
              module: intelmq.bots.experts.taxonomy.expert
              parameters: {destination_queues: [file-output-queue]}
            file-output:
              module: intelmq.bots.outputs.file.output
              parameters: {file: {{Path.Combine(root, "out", "events.txt")}}}
            """);
        var count = await host.FillAsync("taxonomy-queue", workloads.PathOf("events"));
        var meter = Meter.Start();
        await host.StartAsync();
        await host.UntilAsync("file-output", count, sent: false);
        return [meter.Stop("", count, hops: 2)];
    }

    const string CsvParser =
        """
        parser:
          module: intelmq.bots.parsers.generic.parser_csv
          parameters:
            columns: [time.source, source.ip, source.port, protocol.transport, source.asn, source.as_name, source.geolocation.cc,
              source.geolocation.city, source.fqdn, classification.type, malware.name, source.url, malware.hash.sha256, extra.tag, extra.confidence]
            delimiter: ','
            skip_header: true
            default_url_protocol: http://
            type_translation: {botnet_cc: c2-server, malware_download: malware-distribution, bot: infected-system, phish: phishing, scan: scanner}
            destination_queues: [nobody-reads]
        """;

    const string JsonParser =
        """
        parser:
          module: intelmq.bots.parsers.json.parser
          parameters: {splitlines: true, destination_queues: [nobody-reads]}
        """;

    /// <summary>Reports through one parser to a queue that nobody reads.</summary>
    async Task<IReadOnlyList<Measurement>> Parse(string input, string yaml)
    {
        await using var host = await BenchmarkHost.OpenAsync(root, yaml);
        await host.FillAsync("parser-queue", workloads.PathOf(input));
        var expected = workloads.Number(input, "expected_out");
        var meter = Meter.Start();
        await host.StartAsync();
        await host.UntilAsync("parser", expected, sent: true);
        return [meter.Stop("", expected, hops: 1)];
    }

    /// <summary>The same parser in one loop, without a host and a queue.</summary>
    async Task<IReadOnlyList<Measurement>> ParseAlone(string input, string yaml)
    {
        await using var parser = await ParserAlone.OpenAsync(root, yaml);
        var reports = ParserAlone.Read(workloads.PathOf(input));
        var expected = workloads.Number(input, "expected_out");
        var meter = Meter.Start();
        var sent = await parser.RunAsync(reports);
        var result = meter.Stop("", sent, hops: 1);
        return sent == expected ? [result] : throw new InvalidOperationException($"{sent} events were sent, {expected} were expected.");
    }

    /// <summary>The work of W1 in one loop, without queues, counters, or anything durable but the file.</summary>
    async Task<IReadOnlyList<Measurement>> Floor()
    {
        await using var floor = await FloorPipeline.OpenAsync(root, Workload("w1-modify.conf"));
        var meter = Meter.Start();
        var (lines, written) = await floor.RunAsync(workloads.PathOf("feed"));
        var result = meter.Stop("", lines, hops: 1);
        return written == workloads.Number("feed", "expected_out") ? [result] : throw new InvalidOperationException($"{written} events were written.");
    }
}
