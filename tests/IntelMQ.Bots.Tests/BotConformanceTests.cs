using IntelMQ.Bots.Outputs.Blackhole;

namespace IntelMQ.Bots.Tests;

public sealed class BotConformanceTests
{
    static readonly System.Reflection.Assembly Bots = typeof(BlackholeOutput).Assembly;

    public static TheoryData<string> Modules => [.. BotConformance.BotsOf(Bots)];

    [Theory, MemberData(nameof(Modules))]
    public async Task A_bot_stands_wrong_parameters_garbage_cancellation_and_restarts(string module)
    {
        using var folder = new TemporaryFolder();
        Assert.Empty(await BotConformance.CheckAsync(Bots, module, Parameters(module, folder)));
    }

    static Dictionary<string, object?>? Parameters(string module, TemporaryFolder folder) => module switch
    {
        "intelmq.bots.collectors.api.collector_api" => new() { ["port"] = (long)Collectors.LoopbackPort.Free() },
        "intelmq.bots.collectors.tcp.collector" => new() { ["ip"] = "127.0.0.1", ["port"] = (long)Collectors.LoopbackPort.Free() },
        "intelmq.bots.collectors.file.collector_file" => new() { ["path"] = folder.Path },
        "intelmq.bots.collectors.http.collector_http" => new() { ["http_url"] = "https://example.com/feed" },
        "intelmq.bots.parsers.generic.parser_csv" => new() { ["columns"] = new List<object?> { "source.ip", "source.fqdn" } },
        "intelmq.bots.parsers.key_value.parser" => new() { ["keys"] = new Dictionary<string, object?> { ["srcip"] = "source.ip" } },
        "intelmq.bots.parsers.shadowserver.parser" => new() { ["test_mode"] = true },
        "intelmq.bots.experts.filter.expert" => new() { ["filter_key"] = "source.ip", ["filter_value"] = "192.0.2.1", ["filter_action"] = "drop" },
        "intelmq.bots.experts.modify.expert" => new() { ["configuration_path"] = folder.Write("modify.conf", """[{"rulename": "x", "if": {"source.ip": "."}, "then": {"comment": "{msg[source.ip]}"}}]""") },
        "intelmq.bots.experts.field_reducer.expert" => new() { ["type"] = "whitelist", ["keys"] = new List<object?> { "source.ip" } },
        "intelmq.bots.experts.sieve.expert" => new() { ["file"] = folder.Write("filter.sieve", "if source.ip << '192.0.2.0/24' { add comment = 'x' }") },
        "intelmq.bots.experts.asn_lookup.expert" => new() { ["database"] = folder.Write("routes.dat", "192.0.2.0/24\t64496\n") },
        "intelmq.bots.experts.domain_suffix.expert" => new() { ["field"] = "fqdn", ["suffix_file"] = folder.Write("suffixes.dat", "// ===BEGIN ICANN DOMAINS===\ncom\n") },
        "intelmq.bots.experts.domain_valid.expert" => new() { ["tlds_domains_list"] = folder.Write("domains.txt", "COM\n") },
        "intelmq.bots.experts.tor_nodes.expert" => new() { ["database"] = folder.Write("nodes.dat", "192.0.2.1\n") },
        "intelmq.bots.experts.recordedfuture_iprisk.expert" => new() { ["database"] = folder.Write("risks.dat", "Name,Risk\n192.0.2.1,65\n") },
        "intelmq.bots.experts.maxmind_geoip.expert" => new() { ["database"] = folder.Write("geo.mmdb", new Experts.MmdbWriter().Add("192.0.2.0/24", new Dictionary<string, object>()).ToBytes()) },
        "intelmq.bots.experts.http.expert_content" => new() { ["needle"] = "x" },
        "intelmq.bots.experts.splunk_saved_search.expert" => new() { ["url"] = "https://splunk.example.com:8089", ["auth_token"] = "x", ["saved_search"] = "x" },
        "intelmq.bots.outputs.file.output" => new() { ["file"] = folder.In("out/events.txt") },
        "intelmq.bots.outputs.files.output" => new() { ["tmp"] = folder.In("tmp"), ["dir"] = folder.In("dir") },
        "intelmq.bots.outputs.rpz_file.output" => new() { ["file"] = folder.In("rpz") },
        "intelmq.bots.outputs.bro_file.output" => new() { ["file"] = folder.In("bro") },
        "intelmq.bots.outputs.touch.output" => new() { ["path"] = folder.Write("touched", "") },
        "intelmq.bots.outputs.udp.output" => new() { ["udp_port"] = 9L, ["format"] = "json" },
        "intelmq.bots.outputs.tcp.output" => new() { ["ip"] = "127.0.0.1", ["port"] = 9L },
        "intelmq.bots.outputs.smtp.output" => new() { ["smtp_host"] = "127.0.0.1", ["smtp_port"] = 9L },
        "intelmq.bots.outputs.templated_smtp.output" => new() { ["smtp_host"] = "127.0.0.1", ["smtp_port"] = 9L, ["mail_from"] = "cert@example.com", ["mail_to"] = "a@example.com" },
        "intelmq.bots.outputs.misp.output_feed" => new() { ["output_dir"] = folder.In("feed"), ["misp_org_name"] = "Example", ["misp_org_uuid"] = "7d1c1b0e-3f0a-4a5e-9a52-0c0d4f2b6a11" },
        "intelmq.bots.outputs.stomp.output" => new() { ["server"] = "127.0.0.1", ["port"] = 9L, ["ssl_ca_certificate"] = "", ["auth_by_ssl_client_certificate"] = false },
        "intelmq.bots.outputs.restapi.output" => new() { ["host"] = "https://example.com/events" },
        _ => null,
    };
}
