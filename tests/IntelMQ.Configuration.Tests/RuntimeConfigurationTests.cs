namespace IntelMQ.Configuration.Tests;

public sealed class RuntimeConfigurationTests
{
    const string Valid = """
        global:
          logging_level: DEBUG
          error_max_retries: 7
          rate_limit: 60
        my-collector:
          group: Collector
          name: URL Fetcher
          module: intelmq.bots.collectors.http.collector_http
          description: fetches a list
          enabled: true
          run_mode: scheduled
          parameters:
            http_url: https://example.com/list.csv
            columns: [a, b, c, d]
            rate_limit: 3600
            destination_queues:
              _default: [my-output-queue]
        my-output:
          group: Output
          name: File
          module: intelmq.bots.outputs.file.output
          description: writes a file
          enabled: false
          parameters: {file: /tmp/x}

        """;

    [Fact]
    public void A_valid_file_has_only_what_is_worth_knowing()
    {
        var configuration = Parse(Valid);

        Assert.Equal(
            ["runtime.yaml:17:18: info: my-collector.parameters.destination_queues._default[0]: \"my-output-queue\" is a queue that only disabled bots read; its messages wait"],
            Texts(configuration));
        Assert.Equal(["my-collector", "my-output"], configuration.Bots.Select(bot => bot.Id));
        Assert.Equal("DEBUG", configuration.Global["logging_level"]);
    }

    [Theory]
    [InlineData("5", true, "runtime.yaml:4:15: warning: global.rate_limit: my-output and all others that are no collectors rest 5 s after each message; expected rate_limit at the collectors")]
    [InlineData("0", true, null)]
    [InlineData("5", false, null)]
    public void A_global_rate_limit_that_slows_bots_after_each_message_is_told(string seconds, bool enabled, string? expected)
    {
        var yaml = Valid.Replace("rate_limit: 60", $"rate_limit: {seconds}", StringComparison.Ordinal).Replace("enabled: false", $"enabled: {(enabled ? "true" : "false")}", StringComparison.Ordinal);

        Assert.Equal(expected, Texts(Parse(yaml)).SingleOrDefault(text => text.Contains("rest", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_process_manager_that_nothing_is_left_for_is_told() => Assert.Contains(
        "r:1:27: warning: global.process_manager: Has no effect: the host runs all bots; expected the host under systemd or supervisor, as 'intelmqctl host'",
        Texts(RuntimeConfiguration.Parse("global: {process_manager: supervisor}", "r", None)));

    [Fact]
    public void A_bot_has_what_the_file_says()
    {
        var bot = Parse(Valid).Find("my-collector")!;

        Assert.Equal("intelmq.bots.collectors.http.collector_http", bot.Module);
        Assert.Equal("Collector", bot.Group);
        Assert.Equal("URL Fetcher", bot.Name);
        Assert.Equal("fetches a list", bot.Description);
        Assert.True(bot.Enabled);
        Assert.Equal(RunMode.Scheduled, bot.RunMode);
        Assert.Equal("my-collector-queue", bot.SourceQueue);
        Assert.Equal(["my-output-queue"], bot.DestinationQueues["_default"]);
        Assert.Equal(new SourcePosition("runtime.yaml", 5, 1), bot.Position);
        Assert.False(Parse(Valid).Find("my-output")!.Enabled);
        Assert.Null(Parse(Valid).Find("nobody"));
    }

    [Fact]
    public void Any_path_leads_to_its_place()
    {
        var configuration = Parse(Valid);

        Assert.Equal("runtime.yaml:14:24", configuration.Locate("my-collector.parameters.columns[3]").ToString());
        Assert.Equal("runtime.yaml:2:18", configuration.Locate("global.logging_level").ToString());
        Assert.Equal("runtime.yaml:24:22", configuration.Locate("my-output.parameters[\"file\"]").ToString());
        Assert.Null(configuration.Locate("my-collector.parameters.columns[4]"));
        Assert.Null(configuration.Locate("my-collector.nothing.at.all"));
        Assert.Throws<FormatException>(() => configuration.Locate("my-collector[x]"));
    }

    [Fact]
    public void The_precedence_is_global_then_system_keys_then_parameters_then_environment()
    {
        var configuration = RuntimeConfiguration.Parse(Valid, "runtime.yaml", new Dictionary<string, string>
        {
            ["INTELMQ_ERROR_MAX_RETRIES"] = "9",
            ["INTELMQ_ERROR_DUMP_MESSAGE"] = "False",
            ["INTELMQ_HTTP_PROXY"] = "http://proxy.example",
            ["INTELMQ_ROOT_DIR"] = "/somewhere",
            ["OTHER"] = "x",
        });
        var bot = configuration.Find("my-collector")!;

        Assert.Equal(3600L, bot.Merged["rate_limit"]);
        Assert.Equal("URL Fetcher", bot.Merged["name"]);
        Assert.Equal(9L, bot.Merged["error_max_retries"]);
        Assert.Equal(false, bot.Merged["error_dump_message"]);
        Assert.Equal("http://proxy.example", bot.Merged["http_proxy"]);
        Assert.False(bot.Merged.ContainsKey("root_dir"));
        Assert.False(configuration.Find("my-output")!.Merged.ContainsKey("enabled"));
        Assert.Equal(TimeSpan.FromHours(1), bot.Settings.RateLimit);
        Assert.Equal(9, bot.Settings.ErrorMaxRetries);
        Assert.False(bot.Settings.ErrorDumpMessage);
        Assert.Equal(TimeSpan.FromMinutes(1), configuration.Find("my-output")!.Settings.RateLimit);
        Assert.Equal(LoggingLevel.Debug, configuration.GlobalSettings.Logging.Level);
    }

    [Fact]
    public void A_parameter_called_name_wins_over_the_name_of_the_bot() =>
        Assert.Equal("Feed", Parse("b: {name: Bot, parameters: {name: Feed}}").Find("b")!.Merged["name"]);

    [Theory]
    [InlineData("a b  c", "_default: a b c")]
    [InlineData("[a, b]", "_default: a b")]
    [InlineData("{_default: a, other: [b, c], filter_match: d e}", "_default: a | other: b c | filter_match: d e")]
    public void Destination_queues_have_three_forms(string yaml, string expected)
    {
        var bot = Parse($"b: {{module: m, parameters: {{destination_queues: {yaml}}}}}").Find("b")!;

        Assert.Equal(expected, string.Join(" | ", bot.DestinationQueues.Select(path => $"{path.Key}: {string.Join(' ', path.Value)}")));
        Assert.False(bot.HasErrors);
    }

    [Theory]
    [InlineData("5", "r:1:49: error: b.parameters.destination_queues: 5 names no queues; expected a list of queue names, or a map from path to such lists")]
    [InlineData("[a, 5]", "r:1:53: error: b.parameters.destination_queues[1]: 5 is not the name of a queue; expected a text that is not empty")]
    [InlineData("{_default: [a, '']}", "r:1:64: error: b.parameters.destination_queues._default[1]: \"\" is not the name of a queue; expected a text that is not empty")]
    [InlineData("{_default: a, x: }", "r:1:66: error: b.parameters.destination_queues.x: null names no queues; expected a list of queue names, or a map from path to such lists")]
    public void Bad_destination_queues_are_told_with_their_place(string yaml, string expected) =>
        Assert.Contains(expected, Texts(RuntimeConfiguration.Parse($"b: {{module: m, parameters: {{destination_queues: {yaml}}}}}", "r", None)));

    [Fact]
    public void All_problems_are_told_at_once_in_the_order_of_the_file()
    {
        var texts = Texts(Parse("""
            global:
              error_procedure: passs
            my_bot:
              module: 5
              enabled: "false"
              rate_limit: 5
              nam: x
              parameters:
                rate_limit: abc
                error_max_retries: ""
                error_retry_delay: "15"
                load_balance: "yes"
                run_mode: sometimes
                source_pipeline_password: [s3cret]
            other: 7
            other: {}

            """));

        Assert.Equal(
        [
            "runtime.yaml:2:20: error: global.error_procedure: \"passs\" is none of the known words; expected one of pass, stop; did you mean pass?",
            "runtime.yaml:3:1: error: my_bot: \"my_bot\" is not a bot id; expected letters a to z, digits and hyphens",
            "runtime.yaml:3:1: warning: my_bot: Bot 'my_bot' has no 'description'",
            "runtime.yaml:3:1: warning: my_bot: Bot 'my_bot' has no 'group'",
            "runtime.yaml:3:1: warning: my_bot: Bot 'my_bot' has no 'name'",
            "runtime.yaml:3:1: error: my_bot.parameters.destination_queues: Misconfiguration: No (default) destination queue for 'my_bot'; expected a list of queues, or a map with the path _default",
            "runtime.yaml:3:1: warning: my_bot: No bot sends to the source queue 'my_bot-queue' of this bot",
            "runtime.yaml:4:11: error: my_bot.module: 5 is not a text; expected a text in quotes",
            "runtime.yaml:5:12: error: my_bot.enabled: \"false\" is not a boolean; expected true or false; did you mean false without quotes?",
            "runtime.yaml:6:3: warning: my_bot.rate_limit: Ignoring disallowed system parameter 'rate_limit'; expected the key below my_bot.parameters",
            "runtime.yaml:7:3: warning: my_bot.nam: Ignoring disallowed system parameter 'nam'; did you mean name?",
            "runtime.yaml:9:17: error: my_bot.parameters.rate_limit: \"abc\" is not a number of seconds; expected a number from 0, such as 60 or 0.5",
            "runtime.yaml:10:24: error: my_bot.parameters.error_max_retries: \"\" is not a whole number; expected a whole number from 0",
            "runtime.yaml:11:24: error: my_bot.parameters.error_retry_delay: \"15\" is not a number of seconds; expected a number from 0, such as 60 or 0.5; did you mean 15 without quotes?",
            "runtime.yaml:12:19: error: my_bot.parameters.load_balance: \"yes\" is not a boolean; expected true or false; did you mean true without quotes?",
            "runtime.yaml:13:15: error: my_bot.parameters.run_mode: Bot 'my_bot' has invalid `run_mode` 'sometimes'. Must be 'continuous' or 'scheduled'",
            "runtime.yaml:14:5: warning: my_bot.parameters.source_pipeline_password: Has no effect: no source_pipeline_broker is set, so the embedded broker carries the messages; expected source_pipeline_broker: redis beside it to use a Redis server",
            "runtime.yaml:14:31: error: my_bot.parameters.source_pipeline_password: (hidden) is not a text; expected a text",
            "runtime.yaml:15:8: error: other: The section of a bot is a map, not a number; expected module, group, name, description, enabled, run_mode and parameters",
            "runtime.yaml:16:1: error: other: The key other is given twice; it is already in line 15; expected each key once",
        ], texts);
    }

    [Fact]
    public void A_wrong_global_parameter_is_told_once_and_belongs_to_every_bot()
    {
        var configuration = Parse("global: {load_balance: 1}\na: {module: m}\nb: {module: m}\n");

        Assert.Single(configuration.Problems, problem => problem.Path == "global.load_balance");
        Assert.All(configuration.Bots, bot => Assert.Contains(bot.Problems, problem => problem.Path == "global.load_balance"));
    }

    [Fact]
    public void A_wrong_variable_is_told_as_such()
    {
        var configuration = RuntimeConfiguration.Parse("", "runtime.yaml", new Dictionary<string, string> { ["INTELMQ_LOAD_BALANCE"] = "perhaps" });

        Assert.Equal(["environment: error: INTELMQ_LOAD_BALANCE: \"perhaps\" is not a boolean; expected true or false"], Texts(configuration));
    }

    [Fact]
    public void A_group_that_the_module_does_not_belong_to_is_a_warning()
    {
        var texts = Texts(Parse("o: {group: Collector, module: intelmq.bots.outputs.x.y, name: o, description: o, enabled: true, parameters: {destination_queues: [o-queue], source_queue: o-queue}}"));

        Assert.Contains("runtime.yaml:1:12: warning: o.group: \"Collector\" is not the group of intelmq.bots.outputs.x.y; expected Output", texts);
    }

    [Fact]
    public void Queues_without_reader_and_readers_without_sender_are_warnings()
    {
        var texts = Texts(Parse("""
            c: {module: intelmq.bots.collectors.x.y, group: Collector, name: c, description: c, enabled: true, parameters: {destination_queues: [p-quue]}}
            p: {module: intelmq.bots.parsers.x.y, group: Parser, name: p, description: p, enabled: true, parameters: {destination_queues: [o-queue]}}
            o: {module: intelmq.bots.outputs.x.y, group: Output, name: o, description: o, enabled: true}

            """));

        Assert.Equal(
        [
            "runtime.yaml:1:134: warning: c.parameters.destination_queues[0]: \"p-quue\" is a queue that no bot reads; did you mean p-queue?",
            "runtime.yaml:2:1: warning: p: No bot sends to the source queue 'p-queue' of this bot",
        ], texts);
    }

    [Fact]
    public void A_loop_is_worth_knowing()
    {
        var texts = Texts(Parse("""
            a: {module: m.experts.x, group: Expert, name: a, description: a, enabled: true, parameters: {destination_queues: [b-queue]}}
            b: {module: m.experts.x, group: Expert, name: b, description: b, enabled: true, parameters: {destination_queues: {_default: [c-queue], again: [a-queue]}}}
            c: {module: m.outputs.x, group: Output, name: c, description: c, enabled: true}

            """));

        Assert.Equal(["runtime.yaml:1:1: info: a: Messages can go round in a loop: a -> b -> a"], texts);
    }

    [Fact]
    public void An_unwritten_broker_is_the_embedded_one()
    {
        var bot = Parse("b: {module: m}").Find("b")!;

        Assert.Equal(BrokerKind.Embedded, bot.Settings.Source.Broker);
        Assert.Equal(BrokerKind.Embedded, bot.Settings.Destination.Broker);
    }

    [Theory]
    [InlineData("{}", "{}", "Embedded Embedded Embedded")]
    [InlineData("{pipeline_broker: redis}", "{}", "Redis Redis Embedded")]
    [InlineData("{pipeline_broker: redis, redis_cache_host: r.example}", "{}", "Redis Redis Redis")]
    [InlineData("{pipeline_broker: redis, redis_cache_host: r.example, cache_broker: embedded}", "{}", "Redis Redis Embedded")]
    [InlineData("{redis_cache_host: r.example}", "{}", "Embedded Embedded Embedded")]
    [InlineData("{redis_cache_host: r.example}", "{cache_broker: redis}", "Embedded Embedded Redis")]
    [InlineData("{pipeline_broker: redis}", "{source_pipeline_broker: embedded}", "Embedded Redis Embedded")]
    [InlineData("{source_pipeline_broker: redis}", "{pipeline_broker: embedded}", "Embedded Embedded Embedded")]
    [InlineData("{}", "{pipeline_broker: redis, destination_pipeline_broker: embedded}", "Redis Embedded Embedded")]
    public void Each_side_of_a_bot_and_its_cache_has_the_broker_that_is_named_closest_to_it(string global, string own, string expected)
    {
        var bot = Parse($"global: {global}\nb: {{module: m, parameters: {own}}}\n").Bots[0].Settings;

        Assert.Equal(expected, $"{bot.Source.Broker} {bot.Destination.Broker} {bot.Cache.Broker}");
    }

    [Fact]
    public void Two_ends_of_a_queue_on_different_brokers_are_a_warning()
    {
        var texts = Texts(Parse("""
            c: {module: intelmq.bots.collectors.x.y, group: Collector, name: c, description: c, parameters: {destination_queues: [p-queue], destination_pipeline_broker: redis, destination_pipeline_db: 4}}
            p: {module: intelmq.bots.parsers.x.y, group: Parser, name: p, description: p, parameters: {destination_queues: [o-queue], source_pipeline_broker: redis}}
            o: {module: intelmq.bots.outputs.x.y, group: Output, name: o, description: o}
            """));

        Assert.Contains(
            "\"p-queue\" is sent to on redis at 127.0.0.1:6379, database 4, but p reads it on redis at 127.0.0.1:6379, database 2; expected the same destination_pipeline_… here as source_pipeline_… there",
            Assert.Single(texts, text => text.Contains("is sent to on", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_usual_port_of_an_amqp_server_is_the_same_place_as_none()
    {
        var texts = Texts(Parse("""
            c: {module: intelmq.bots.collectors.x.y, group: Collector, name: c, description: c, parameters: {destination_queues: [p-queue], pipeline_broker: amqp, destination_pipeline_amqp_queue_type: quorum}}
            p: {module: intelmq.bots.outputs.x.y, group: Output, name: p, description: p, parameters: {pipeline_broker: amqp, source_pipeline_port: 5672, source_pipeline_amqp_queue_type: mirrored}}
            """));

        Assert.DoesNotContain(texts, text => text.Contains("is sent to on", StringComparison.Ordinal));
        Assert.Contains(texts, text => text.Contains("source_pipeline_amqp_queue_type", StringComparison.Ordinal) && text.Contains("classic", StringComparison.Ordinal));
    }

    [Fact]
    public void The_settings_of_a_pipeline_are_typed_and_its_password_is_never_printed()
    {
        var settings = Parse("""
            global:
              source_pipeline_broker: Redis
              source_pipeline_host: redis.example
              source_pipeline_port: "6380"
              source_pipeline_db: 4
              source_pipeline_password: ${env:REDIS_PASSWORD}
              source_pipeline_socket_timeout: 1.5
              destination_pipeline_broker: amqp
              destination_pipeline_ssl: true
              statistics_host: redis.example
              logging_syslog: [log.example, 514]
              queue_max_messages: 100000
              durability: commit
              isolation: process

            """).GlobalSettings;

        Assert.Equal((BrokerKind.Redis, "redis.example", 6380, 4), (settings.Source.Broker, settings.Source.Host, settings.Source.Port, settings.Source.Database));
        Assert.Equal(TimeSpan.FromSeconds(1.5), settings.Source.SocketTimeout);
        Assert.Equal((BrokerKind.Amqp, true, (int?)null), (settings.Destination.Broker, settings.Destination.Ssl, settings.Destination.Port));
        Assert.Equal(("log.example", 514), (settings.Logging.Syslog, settings.Logging.SyslogPort));
        Assert.Equal((100_000L, null, Durability.Commit, Isolation.Process), (settings.QueueMaxMessages, settings.QueueMaxBytes, settings.Durability, settings.Isolation));
        Assert.True(settings.Statistics.Configured);

        var proxied = Parse("global: {http_proxy: 'http://me:${env:P}@proxy.example', statistics_host: '${env:P}'}").GlobalSettings;
        var other = new SecretReferences(new Dictionary<string, string> { ["P"] = "pw" }, "/");
        Assert.Equal("http://me:pw@proxy.example", proxied.Http.Resolve(other).HttpProxy);
        Assert.Equal("pw", proxied.Statistics.Resolve(other).Host);

        var resolved = settings.Source.Resolve(new SecretReferences(new Dictionary<string, string> { ["REDIS_PASSWORD"] = "hunter2" }, "/"));
        Assert.Equal("hunter2", resolved.Password!.Reveal());
        Assert.DoesNotContain("hunter2", resolved.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_check_is_a_boolean_or_a_file()
    {
        Assert.Equal((true, "/etc/ca.pem"), Http("/etc/ca.pem"));
        Assert.Equal((false, null), Http("false"));
        Assert.Contains("\"false\" is not a boolean", string.Join('\n', Texts(Parse("global: {http_verify_cert: 'false'}"))), StringComparison.Ordinal);

        static (bool, string?) Http(string value)
        {
            var http = Parse($"global: {{http_verify_cert: {value}}}").GlobalSettings.Http;
            return (http.VerifyCertificate, http.CertificateAuthorityFile);
        }
    }

    [Fact]
    public void A_bot_can_be_pinned_to_a_package_and_isolated()
    {
        var bot = Parse("b: {module: m, package: Awesome.Bots, isolation: python}").Find("b")!;

        Assert.Equal(("Awesome.Bots", Isolation.Python), (bot.Settings.Package, bot.Settings.Isolation));
        Assert.DoesNotContain(bot.Problems, problem => problem.Message.StartsWith("Ignoring", StringComparison.Ordinal));
    }

    [Fact]
    public void Passwords_in_urls_are_hidden() =>
        Assert.Contains("\"https://(hidden)@example.com/\" is not a boolean", string.Join('\n', Texts(Parse("global: {load_balance: 'https://user:pass@example.com/'}"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("api_key", true)]
    [InlineData("apiKey", true)]
    [InlineData("Key", true)]
    [InlineData("http_password", true)]
    [InlineData("Authorization", true)]
    [InlineData("filter_key", false)]
    [InlineData("single_key", false)]
    [InlineData("monkey", false)]
    [InlineData("filter_keys", false)]
    public void Secrets_are_known_by_their_names(string name, bool secret) =>
        Assert.Equal(secret, SecretNames.IsSecret(name));

    [Fact]
    public void A_missing_file_is_told_in_the_words_of_the_original()
    {
        var e = Assert.Throws<ConfigurationFileException>(() => RuntimeConfiguration.Load("/nowhere/runtime.yaml", None));

        Assert.Equal("File not found: '/nowhere/runtime.yaml'", Assert.Single(e.Problems).Message);
    }

    [Fact]
    public void A_file_that_is_no_map_is_refused()
    {
        var e = Assert.Throws<ConfigurationFileException>(() => Parse("- a\n- b\n"));

        Assert.Equal("runtime.yaml:1:1: error: The file is a list; expected a map from bot ids to bots", Assert.Single(e.Problems).ToString());
    }

    [Fact]
    public void An_installation_is_read_by_its_paths_with_a_byte_order_mark_and_the_old_name()
    {
        using var folder = new TemporaryFolder();
        var paths = IntelMqPaths.For(folder.Path);
        Directory.CreateDirectory(paths.ConfigDirectory);
        File.WriteAllText(paths.LegacyRuntimeFile, "\uFEFFb: {module: m}\n");

        var configuration = RuntimeConfiguration.Load(paths, None);

        Assert.Equal("b", Assert.Single(configuration.Bots).Id);
        Assert.Equal(paths.RuntimeFile, configuration.File);
    }

    static readonly Dictionary<string, string> None = [];

    static RuntimeConfiguration Parse(string text) => RuntimeConfiguration.Parse(text, "runtime.yaml", None);

    static IEnumerable<string> Texts(RuntimeConfiguration configuration) => configuration.Problems.Select(problem => problem.ToString());
}
