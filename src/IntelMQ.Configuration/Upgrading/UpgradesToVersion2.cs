namespace IntelMQ.Configuration.Upgrading;

/// <summary>What versions 2 of the original changed in configurations.</summary>
internal static class UpgradesToVersion2
{
    const string UrlHausColumns = "time.source,source.url,status,extra.urlhaus.threat_type,source.fqdn,source.ip,source.asn,source.geolocation.cc";
    const string BambenekFeeds = "osint.bambenekconsulting.com/feeds/";

    public static IReadOnlyList<VersionUpgrades> All { get; } =
    [
        new("2.0.0",
            UpgradeRule.Changing("v200_defaults_statistics", "Inserting `statistics_*` parameters into defaults configuration file", AddStatistics),
            UpgradeRule.Changing("v200_defaults_broker", "Inserting `*_pipeline_broker` and deleting broker into/from defaults configuration", NameBrokers),
            UpgradeRule.Changing("v200_defaults_ssl_ca_certificate", "Add ssl_ca_certificate to defaults", static draft => draft.SetGlobalDefault("ssl_ca_certificate", null))),
        new("2.0.1"),
        new("2.0.2", UpgradeRule.ForBots("v202_fixes", "Migrate Collector parameter `feed` to `name`. Ripe expert: set `query_ripe_stat_ip` with `query_ripe_stat_asn` as default. Set parameter `overwrite` to true for cymru_whois, reverse_dns and modify", CompleteParameters)),
        new("2.1.0", UpgradeRule.ForBots("v210_deprecations", "Migrating configuration", NameDatabases)),
        new("2.1.1"),
        new("2.1.2"),
        new("2.1.3",
            UpgradeRule.ForBots("v213_deprecations", "migrate attach_unzip to extract_files for mail attachment collector", static bot =>
            {
                if (bot.Runs("collectors.mail.collector_mail_attach"))
                {
                    bot.Rename("attach_unzip", "extract_files");
                }
            }),
            new("v213_feed_changes", "Migrates feed configuration for changed feed parameters.", MoveFeeds)),
        new("2.2.0",
            UpgradeRule.Changing("v220_configuration", "Migrating configuration", NameVerification),
            new("v220_azure_collector", "Checking for the Microsoft Azure collector", DemandConnections),
            new("v220_feed_changes", "Migrates feed configuration for changed feed parameters.", static draft => Discontinued.Demand(draft,
                Discontinued.Feed("URLVir", Discontinued.Asks("http://www.urlvir.com/export-")),
                Discontinued.Bot("URLVir Parser", static bot => bot.Runs("parsers.urlvir.parser"))))),
        new("2.2.1", new UpgradeRule("v221_feed_changes", "Migrates feeds' configuration for changed/fixed parameters. Deprecation of HP Hosts file feed & parser.", RenameColumns)),
        new("2.2.2", UpgradeRule.ForBots("v222_feed_changes", "Migrate Shadowserver feed name", static bot =>
        {
            if (bot.Runs("parsers.shadowserver.parser"))
            {
                bot.Replace("feedname", "Blacklisted-IP", "Blocklist");
            }
        })),
        new("2.2.3"),
        new("2.3.0",
            UpgradeRule.ForBots("v230_csv_parser_parameter_fix", "Fix CSV parser parameter misspelling", static bot =>
            {
                if (bot.Runs("parsers.generic.parser_csv"))
                {
                    bot.Rename("delimeter", "delimiter");
                }
            }),
            new("v230_feed_changes", "Migrates feeds' configuration for changed/fixed parameter", static draft => Discontinued.Demand(draft,
                Discontinued.Feed("Malware Domain List", Discontinued.Asks("http://www.malwaredomainlist.com/updatescsv.php")))),
            new("v230_deprecations", "Deprecate malwaredomainlist parser", static draft => Discontinued.Demand(draft,
                Discontinued.Bot("Malware Domain List Parser", static bot => bot.Runs("parsers.malwaredomainlist.parser"))))),
        new("2.3.1"),
        new("2.3.2"),
        new("2.3.3", UpgradeRule.ForBots("v233_feodotracker_browse", "Migrate Abuse.ch Feodotracker Browser feed parsing parameters", ReadFeodoTrackerPage)),
    ];

    static void AddStatistics(ConfigurationDraft draft)
    {
        draft.SetGlobalDefault("statistics_database", 3L);
        draft.SetGlobalDefault("statistics_host", "127.0.0.1");
        draft.SetGlobalDefault("statistics_password", draft.Global.GetValueOrDefault("source_pipeline_password"));
        draft.SetGlobalDefault("statistics_port", 6379L);
    }

    // Without a word about brokers only an installation from before version 3 has its queues in Redis for certain.
    static void NameBrokers(ConfigurationDraft draft)
    {
        if (draft.Global.TryGetValue("broker", out var broker) || draft.File(ConfigurationDraft.DefaultsFile) is not null)
        {
            draft.SetGlobalDefault("source_pipeline_broker", broker ?? "redis");
            draft.SetGlobalDefault("destination_pipeline_broker", broker ?? "redis");
            draft.RemoveGlobal("broker");
        }
    }

    static void CompleteParameters(DraftBot bot)
    {
        if (bot.IsCollector)
        {
            UpgradesToVersion1.NameFeed(bot);
        }

        if (bot.Runs("experts.ripe.expert") && bot.TryGet("query_ripe_stat_asn", out var asked))
        {
            bot.SetDefault("query_ripe_stat_ip", asked);
        }

        if (bot.Runs("experts.cymru_whois.expert", "experts.reverse_dns.expert", "experts.modify.expert"))
        {
            bot.SetDefault("overwrite", true);
        }
    }

    static void NameDatabases(DraftBot bot)
    {
        if (bot.Runs("collectors.rt.collector_rt"))
        {
            bot.Rename("unzip_attachment", "extract_attachment");
            bot.Rename("extract_files", "extract_attachment");
        }

        if (bot.Runs("experts.generic_db_lookup.expert", "outputs.postgresql.output"))
        {
            bot.SetDefault("engine", "postgresql");
        }

        if (bot.Runs("outputs.postgresql.output"))
        {
            bot.MoveTo("outputs.sql.output");
        }
    }

    static string? MoveFeeds(ConfigurationDraft draft)
    {
        foreach (var bot in draft.Bots)
        {
            bot.Replace("http_url", "https://www.tc.edu.tw/net/netflow/lkout/recent/30", "https://www.tc.edu.tw/net/netflow/lkout/recent/");
            bot.Replace("http_url", "http://osint.bambenekconsulting.com/feeds/dga-feed.txt", "https://faf.bambenekconsulting.com/feeds/dga-feed.txt");
            bot.Replace("http_url", "https://osint.bambenekconsulting.com/feeds/dga-feed.txt", "https://faf.bambenekconsulting.com/feeds/dga-feed.txt");
        }

        return Discontinued.Demand(draft,
            Discontinued.Feed("Zeus Tracker", Discontinued.Asks("https://zeustracker.abuse.ch/")),
            new("The discontinued feed \"Bitcash.cz\" has been found as bot", Discontinued.Asks("https://bitcash.cz/misc/log/blacklist")),
            new("The discontinued feed \"Fraunhofer DDos Attack\" has been found as bot", Discontinued.Asks("https://feed.caad.fkie.fraunhofer.de/ddosattackfeed")),
            new("The discontinued feed \"Abuse.ch Ransomware Tracker\" has been found as bot", Discontinued.Asks("https://ransomwaretracker.abuse.ch/feeds/csv")),
            new("Many Bambenek feeds now require a license, see https://osint.bambenekconsulting.com/feeds/ potentially affected bots are", Discontinued.Asks("http://" + BambenekFeeds, "https://" + BambenekFeeds)),
            new("All Nothink Honeypot feeds are discontinued, potentially affected bots are", Discontinued.Asks("http://www.nothink.org/")),
            new("The Nothink Parser has been removed, affected bots are", static bot => bot.Runs("parsers.nothink.parser")));
    }

    static void NameVerification(ConfigurationDraft draft)
    {
        foreach (var bot in draft.Bots)
        {
            if (bot.Runs("collectors.misp.collector", "experts.misp.expert", "outputs.misp.output_api") && bot.TryGet("misp_verify", out var verify))
            {
                if (!Equals(verify, draft.Global.GetValueOrDefault("http_verify_cert", true)))
                {
                    bot.SetDefault("http_verify_cert", verify);
                }

                bot.Remove("misp_verify");
            }

            if (bot.Runs("outputs.elasticsearch.output"))
            {
                bot.Remove("elastic_doctype");
            }
        }
    }

    static string? DemandConnections(ConfigurationDraft draft)
    {
        var bots = draft.Bots.Where(static bot => bot.Runs("collectors.microsoft.collector_azure") && !bot.Has("connection_string")).Select(static bot => bot.Id).ToList();
        return bots.Count == 0 ? null : $"The Microsoft Azure collector needs the parameter 'connection_string' instead of account and key; affected bots are {string.Join(", ", bots)}. Set it yourself.";
    }

    static string? RenameColumns(ConfigurationDraft draft)
    {
        foreach (var bot in draft.Bots.Where(static bot => bot.Runs("parsers.generic.parser_csv") && HasColumns(bot, UrlHausColumns)))
        {
            bot.Set("columns", new List<object?> { "time.source", "source.url", "status", "classification.type|__IGNORE__", "source.fqdn|__IGNORE__", "source.ip", "source.asn", "source.geolocation.cc" });
        }

        return Discontinued.Demand(draft,
            Discontinued.Feed("HP Hosts File", Discontinued.Asks("http://hosts-file.net/download/hosts.txt")),
            new("The removed parser \"HP Hosts\" has been found as bot", static bot => bot.Runs("parsers.hphosts.parser")));
    }

    static void ReadFeodoTrackerPage(DraftBot bot)
    {
        if (!bot.Runs("parsers.html_table.parser") || !HasColumns(bot, "time.source,source.ip,malware.name,status,extra.SBL,source.as_name,source.geolocation.cc"))
        {
            return;
        }

        bot.Set("columns", "time.source,source.ip,malware.name,status,source.as_name,source.geolocation.cc");
        bot.Replace("ignore_values", ",,,,Not listed,,", ",,,,,");
    }

    // Columns are a list or a text with commas.
    static bool HasColumns(DraftBot bot, string columns) =>
        bot.TryGet("columns", out var value) && (value as string ?? (value is IReadOnlyList<object?> list ? string.Join(',', list) : null)) == columns;
}
