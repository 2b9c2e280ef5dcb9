using Tree = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace IntelMQ.Configuration.Upgrading;

/// <summary>What versions 1 of the original changed in configurations.</summary>
internal static class UpgradesToVersion1
{
    public static IReadOnlyList<VersionUpgrades> All { get; } =
    [
        new("1.0.0.dev7", UpgradeRule.Changing("v100_dev7_modify_syntax", "Migrate modify bot configuration format", ListModifyRules)),
        new("1.1.0",
            UpgradeRule.ForBots("v110_shadowserver_feednames", "Replace deprecated Shadowserver feednames", RenameShadowserverFeeds),
            UpgradeRule.ForBots("v110_deprecations", "Checking for deprecated runtime configurations (stomp collector, cymru parser, ripe expert, collector feed parameter)", ReplaceDeprecated)),
        new("1.1.1", UpgradeRule.Changing("v111_defaults_process_manager", "Fix typo in proccess_manager parameter", NameProcessManager)),
        new("1.1.2",
            UpgradeRule.ForBots("v112_feodo_tracker_ips", "Fix URL of feodotracker IPs feed in runtime configuration",
                static bot => bot.Replace("http_url", "https://feodotracker.abuse.ch/blocklist/?download=ipblocklist", "https://feodotracker.abuse.ch/downloads/ipblocklist.csv")),
            new("v112_feodo_tracker_domains", "Search for discontinued feodotracker domains feed",
                static draft => Discontinued.Demand(draft, Discontinued.Feed("Feodo Tracker Domains", Discontinued.Asks("https://feodotracker.abuse.ch/blocklist/?download=domainblocklist"))))),
    ];

    static readonly Dictionary<string, string> ShadowserverFeeds = new(StringComparer.Ordinal)
    {
        ["Botnet-Drone-Hadoop"] = "Drone",
        ["DNS-open-resolvers"] = "DNS-Open-Resolvers",
        ["Open-NetBIOS"] = "Open-NetBIOS-Nameservice",
        ["Ssl-Freak-Scan"] = "SSL-FREAK-Vulnerable-Servers",
        ["Ssl-Scan"] = "SSL-POODLE-Vulnerable-Servers",
    };

    static readonly (string Old, string New)[] Modules =
    [
        ("collectors.n6.collector_stomp", "collectors.stomp.collector"),
        ("parsers.cymru_full_bogons.parser", "parsers.cymru.parser_full_bogons"),
        ("experts.ripencc_abuse_contact.expert", "experts.ripe.expert"),
    ];

    // Groups of rules by name become one list, in which each rule has a name of both.
    static void ListModifyRules(ConfigurationDraft draft)
    {
        foreach (var bot in draft.Bots.Where(static bot => bot.Runs("experts.modify.expert")))
        {
            if (bot.Text("configuration_path") is { Length: > 0 } path && draft.File(path) is { Content: Tree groups } file)
            {
                file.Content = groups.SelectMany(static group => (group.Value as Tree ?? []).Select(rule => (object?)ToRule(group.Key, rule.Key, rule.Value))).ToList();
            }
        }
    }

    static Tree ToRule(string group, string name, object? rule) =>
        new Tree
        {
            ["rulename"] = $"{group} {name}",
            ["if"] = (rule as IReadOnlyList<object?>)?.ElementAtOrDefault(0),
            ["then"] = (rule as IReadOnlyList<object?>)?.ElementAtOrDefault(1),
        };

    static void RenameShadowserverFeeds(DraftBot bot)
    {
        if (bot.Runs("parsers.shadowserver.parser") && bot.Text("feedname") is { } name && ShadowserverFeeds.TryGetValue(name, out var renamed))
        {
            bot.Set("feedname", renamed);
        }
    }

    static void ReplaceDeprecated(DraftBot bot)
    {
        foreach (var (old, renamed) in Modules)
        {
            if (bot.Runs(old))
            {
                bot.MoveTo(renamed);
            }
        }

        if (bot.Runs("experts.ripe.expert") && bot.TryGet("query_ripe_stat", out var asked))
        {
            bot.SetDefault("query_ripe_stat_asn", asked);
            bot.SetDefault("query_ripe_stat_ip", asked);
            bot.Remove("query_ripe_stat");
        }

        if (bot.IsCollector)
        {
            NameFeed(bot);
        }
    }

    /// <summary>The parameter <c>feed</c> of collectors is their <c>name</c>, unless that says something already.</summary>
    public static void NameFeed(DraftBot bot)
    {
        if (bot.Has("feed") && bot.Has("name") && string.IsNullOrEmpty(bot.Text("name")))
        {
            bot.Remove("name");
        }

        bot.Rename("feed", "name");
    }

    static void NameProcessManager(ConfigurationDraft draft)
    {
        if (draft.Global.TryGetValue("proccess_manager", out var manager))
        {
            draft.SetGlobalDefault("process_manager", manager);
            draft.RemoveGlobal("proccess_manager");
        }
    }
}
