using Tree = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace IntelMQ.Configuration.Upgrading;

/// <summary>What versions 3 of the original changed in configurations.</summary>
internal static class UpgradesToVersion3
{
    const string PipelineFile = "pipeline.conf";

    static readonly HashSet<string> LegacyFeeds = new(StringComparer.Ordinal)
    {
        "Amplification-DDoS-Victim", "CAIDA-IP-Spoofer", "Darknet", "Drone", "Drone-Brute-Force", "HTTP-Scanners", "ICS-Scanners",
        "IPv6-Sinkhole-HTTP-Drone", "Microsoft-Sinkhole", "Outdated-DNSSEC-Key", "Outdated-DNSSEC-Key-IPv6", "Sinkhole-HTTP-Drone", "Sinkhole-HTTP-Referer",
    };

    public static IReadOnlyList<VersionUpgrades> All { get; } =
    [
        new("3.0.0",
            UpgradeRule.Changing("v300_bots_file_removal", "Remove BOTS file", static draft => draft.RemoveFile("BOTS")),
            UpgradeRule.Changing("v300_defaults_file_removal", "Remove the defaults.conf file", MoveDefaults),
            UpgradeRule.Changing("v300_pipeline_file_removal", "Remove the pipeline.conf file", MovePipeline)),
        new("3.0.1", new UpgradeRule("v301_deprecations", "Deprecate malwaredomains parser and collector", static draft => Discontinued.Demand(draft,
            Discontinued.Bot("Malware Domains Parser", static bot => bot.Runs("parsers.malwaredomains.parser")),
            Discontinued.Bot("Malware Domains Collector", Discontinued.Asks("http://mirror1.malwaredomains.com/files/"))))),
        new("3.0.2"),
        new("3.1.0",
            new("v310_feed_changes", "Migrates feeds' configuration for changed/fixed parameter", MoveTypes),
            new("v310_shadowserver_feednames", "Remove legacy Shadowserver feednames", static draft => Discontinued.Demand(draft,
                new Discontinued("A discontinued Shadowserver feed has been found as bot", static bot => bot.Runs("parsers.shadowserver.parser") && LegacyFeeds.Contains(bot.Text("feedname") ?? ""))))),
        new("3.2.0", UpgradeRule.ForBots("v320_update_turris_greylist_url", "Updates Turris Greylist feed URL.", static bot =>
        {
            if (bot.Url.StartsWith("https://project.turris.cz/greylist-data/", StringComparison.Ordinal))
            {
                bot.Set("http_url", bot.Url.Replace("//project.turris.cz/", "//view.sentinel.turris.cz/", StringComparison.Ordinal));
            }
        })),
        new("3.2.2",
            UpgradeRule.ForBots("v322_url_replacement", "Replace deprecated url2fqdn expert with url expert.", ReplaceUrl2Fqdn),
            new("v322_removed_feeds_and_bots", "Discontinued feeds and bots detection", DemandRemoval)),
        new("3.3.0"),
        new("3.3.1"),
        new("3.3.2"),
    ];

    // All that url2fqdn left alone.
    static readonly List<object?> OtherFieldsOfUrl =
    [
        "source.ip", "source.port", "source.urlpath", "source.account", "destination.ip", "destination.port", "destination.urlpath", "destination.account",
        "protocol.application", "protocol.transport",
    ];

    // What older rules have put into the global section while the file was there is the file's.
    static void MoveDefaults(ConfigurationDraft draft)
    {
        if (draft.File(ConfigurationDraft.DefaultsFile)?.Content is not Tree defaults)
        {
            return;
        }

        draft.RemoveFile(ConfigurationDraft.DefaultsFile);
        foreach (var (name, value) in defaults)
        {
            draft.SetGlobal(name, value);
        }
    }

    static void MovePipeline(ConfigurationDraft draft)
    {
        if (draft.File(PipelineFile)?.Content is not Tree pipeline)
        {
            return;
        }

        foreach (var (id, value) in pipeline)
        {
            if (draft.Find(id) is { } bot && value is Tree queues)
            {
                Connect(bot, queues);
            }
        }

        draft.RemoveFile(PipelineFile);
    }

    static void Connect(DraftBot bot, Tree queues)
    {
        if (PathsOf(queues.GetValueOrDefault("destination-queues")) is { } paths)
        {
            bot.Set("destination_queues", paths);
        }

        if (queues.GetValueOrDefault("source-queue") is string source && source != bot.Id + "-queue")
        {
            bot.Set("source_queue", source);
        }
    }

    static Tree? PathsOf(object? destinations) =>
        destinations switch
        {
            Tree paths => new Tree(paths.Select(static path => KeyValuePair.Create(path.Key, path.Value is string queue ? (object?)new List<object?> { queue } : path.Value)), StringComparer.Ordinal),
            IReadOnlyList<object?> queues => new Tree { ["_default"] = queues },
            string queue => new Tree { ["_default"] = new List<object?> { queue } },
            _ => null,
        };

    static string? MoveTypes(ConfigurationDraft draft)
    {
        foreach (var bot in draft.Bots.Where(static bot => bot.Runs("parsers.generic.parser_csv") && bot.Has("type")))
        {
            var fields = bot.TryGet("default_fields", out var value) && value is Tree given ? new Tree(given, StringComparer.Ordinal) : [];
            fields.TryAdd("classification.type", bot.Parameters["type"]);
            bot.Set("default_fields", fields);
            bot.Remove("type");
        }

        return Discontinued.Demand(draft,
            Discontinued.Feed("Malc0de", Discontinued.AsksOrRuns("https://malc0de.com/bl/", "parsers.malc0de.parser")),
            Discontinued.Feed("Autoshun", Discontinued.AsksOrRuns("https://www.autoshun.org/download", "parsers.autoshun.parser")),
            Discontinued.Feed("DShield Suspicious Domain", Discontinued.AsksOrRuns("https://www.dshield.org/feeds/suspiciousdomains_", "parsers.dshield.parser_domain")),
            Discontinued.Feed("Feodo Tracker CSV", Discontinued.Asks("https://feodotracker.abuse.ch/downloads/ipblocklist.csv")),
            Discontinued.Feed("Feodo Tracker Browse", Discontinued.Asks("https://feodotracker.abuse.ch/browse")),
            Discontinued.Bot("Abuse.ch IP Parser", static bot => bot.Runs("parsers.abusech.parser_ip")),
            Discontinued.Bot("Abuse.ch Domain Parser", static bot => bot.Runs("parsers.abusech.parser_domain")),
            Discontinued.Feed("ViriBack", Discontinued.Asks("http://tracker.viriback.com/")),
            Discontinued.Feed("Netlab 360 Mirai Scanner", Discontinued.Asks("http://data.netlab.360.com/feeds/mirai-scanner/")),
            Discontinued.Feed("Benkow Malware Panels Tracker", Discontinued.Asks("http://benkow.cc/export.php")),
            Discontinued.Feed("Taichung", Discontinued.AsksOrRuns("https://www.tc.edu.tw/net/netflow/lkout/recent/", "parsers.taichung.parser")));
    }

    static void ReplaceUrl2Fqdn(DraftBot bot)
    {
        if (bot.Runs("experts.url2fqdn.expert"))
        {
            bot.MoveTo("experts.url.expert");
            bot.SetDefault("skip_fields", OtherFieldsOfUrl);
        }
    }

    static string? DemandRemoval(ConfigurationDraft draft)
    {
        var lines = new List<string>();
        Add("Found discontinued bots", static bot => bot.Runs("parsers.netlab_360.parser", "parsers.webinspektor.parser", "parsers.sucuri.parser"));
        Add("Found discontinued feeds collected by bots", Discontinued.Asks(
            "http://data.netlab.360.com/", "https://data.netlab.360.com/", "http://app.webinspector.com/", "https://app.webinspector.com/", "http://labs.sucuri.net/?malware", "https://labs.sucuri.net/?malware"));
        return lines.Count == 0 ? null : string.Join('\n', lines.Append("Remove the affected bots from the configuration."));

        void Add(string finding, Func<DraftBot, bool> concerns)
        {
            if (new Discontinued(finding, concerns).Of(draft) is { Length: > 0 } bots)
            {
                lines.Add($"{finding}: {bots}");
            }
        }
    }
}
