using IntelMQ.Bots.Experts.Sieve;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class SieveExpertTests : IDisposable
{
    const string Message = """
        { "source.ip": "192.0.2.7", "feed.name": "acme", "source.asn": 64500, "source.port": 80, "time.observation": "2020-01-01T00:00:00+00:00",
          "classification.type": "scanner", "comment": "hello", "feed.accuracy": 50.0, "source.fqdn": "www.example.com", "raw": "Zm9v",
          "extra.tags": ["a", "b"], "extra.flag": true, "extra.num": 5, "extra.s": "5", "extra.d": { "k": "v" }, "extra.key": "comment" }
        """;

    readonly TemporaryFolder folder = new();
    readonly FakeTime clock = new(new DateTimeOffset(2020, 1, 10, 0, 0, 0, TimeSpan.Zero));

    BotHarness Bot(string rules) => BotHarness.For<SieveExpert>(new Dictionary<string, object?> { ["file"] = folder.Write("filter.sieve", rules) }, clock);

    /// <summary>Where the message went, and what has changed.</summary>
    async Task<string> OutcomeAsync(string rules)
    {
        await using var bot = Bot(rules);
        var run = await bot.RunAsync(Message);
        if (run.Sent.Count == 0) return "dropped";
        await using var without = Bot("");
        var before = (await without.RunAsync(Message)).On()[0];
        var after = run.Sent[0].Message;
        var changes = after.Items.Where(item => before.Get(item.Key) != item.Value).Select(item => $"{item.Key}={item.Value}")
            .Concat(before.Items.Where(item => !after.Has(item.Key)).Select(item => $"-{item.Key}"));
        return string.Join(" ", run.Sent.Select(sent => sent.Path).Where(path => path != "_default").Concat(changes));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("keep drop", true)]
    [InlineData("dropkeep", false)]
    [InlineData("iffeed.name=='acme'{drop}", false)]
    [InlineData("if feed.name == \"ACME\" { drop }", true)]
    [InlineData("if ! source.url == 'x' { drop }", false)]
    [InlineData("if feed.name == 'acme' || feed.name == 'x' && comment == 'nope' { drop }", false)]
    [InlineData("if (feed.name == 'acme' || feed.name == 'x') && comment == 'nope' { drop }", true)]
    [InlineData("if !(feed.name == 'x') && ((comment == 'hello')) { drop }", false)]
    [InlineData("# if feed.name == 'acme' { drop }\n// drop", true)]
    [InlineData("if comment != '# no comment // either' { drop }", false)]
    public async Task Statements_are_done_in_their_order_and_conditions_have_a_precedence(string rules, bool passes) =>
        Assert.Equal(passes ? "" : "dropped", await OutcomeAsync(rules));

    [Theory]
    [InlineData("source.url == 'x'", false)]
    [InlineData("source.url != 'x'", true)]
    [InlineData("source.url :contains 'x'", false)]
    [InlineData("source.url !~ 'x'", true)]
    [InlineData("source.url :containsany ['x']", false)]
    [InlineData("source.port == '80'", false)]
    [InlineData("source.port != '80'", true)]
    [InlineData("source.port =~ '^8.$'", true)]
    [InlineData("extra.flag =~ '^True$'", true)]
    [InlineData("extra.tags :contains \"['a', 'b']\"", true)]
    [InlineData("extra.d :contains '\"k\": \"v\"'", true)]
    [InlineData("extra :contains '\"num\": 5'", true)]
    [InlineData("raw == 'Zm9v'", true)]
    [InlineData("comment :in ['x', 'hello']", true)]
    [InlineData("extra.tags :in ['a']", false)]
    [InlineData("source.fqdn :containsany ['x.y', '.com']", true)]
    [InlineData("comment :regexin ['^z', 'o$']", true)]
    [InlineData("source.ip == '192.0.2.7'", true)]
    public async Task Texts_are_compared(string condition, bool holds) => Assert.Equal(holds ? "dropped" : "", await OutcomeAsync($"if {condition} {{ drop }}"));

    [Theory]
    [InlineData("source.port == 80", true)]
    [InlineData("source.port == 80.0", true)]
    [InlineData("source.port != 80", false)]
    [InlineData("destination.port != 80", false)]
    [InlineData("source.port < +081", true)]
    [InlineData("source.port >= 8e1", true)]
    [InlineData("source.port > 80", false)]
    [InlineData("feed.accuracy <= 50", true)]
    [InlineData("source.port :in [25, 80.0]", true)]
    [InlineData("source.asn < 99999999999999999999999", true)]
    public async Task Numbers_are_compared(string condition, bool holds) => Assert.Equal(holds ? "dropped" : "", await OutcomeAsync($"if {condition} {{ drop }}"));

    [Theory]
    [InlineData("source.ip << '192.0.2.99/24'", true)]
    [InlineData("source.ip << '192.0.2.7'", true)]
    [InlineData("source.ip << ['10.0.0.0/8', '2001:db8::/32', '192.0.2.0/255.255.255.0']", true)]
    [InlineData("source.ip << '192.0.2.8/29'", false)]
    [InlineData("source.ip << '::/0'", false)]
    [InlineData("source.ip << '0.0.0.0/0'", true)]
    [InlineData("destination.ip << '0.0.0.0/0'", false)]
    [InlineData("comment << '10.0.0.0/8'", false)]
    public async Task Addresses_are_found_in_networks(string condition, bool holds) => Assert.Equal(holds ? "dropped" : "", await OutcomeAsync($"if {condition} {{ drop }}"));

    [Theory]
    [InlineData("time.observation :before '1 day'", true)]
    [InlineData("time.observation :before '10 days'", false)]
    [InlineData("time.observation :after '1 month'", true)]
    [InlineData("time.observation :after '2019-12-31T23:59:59+00:00'", true)]
    [InlineData("time.observation :after '2020-01-01'", false)]
    [InlineData("time.observation :before '2020-01-01 01:00'", true)]
    [InlineData("time.observation :before '2020-01-01T01:00+02:00'", false)]
    [InlineData("time.observation :before '20200101T000001Z'", true)]
    [InlineData("time.observation :before '2020-W01-4'", true)]
    [InlineData("time.observation :after '2019-365'", true)]
    [InlineData("time.source :before '1 day'", false)]
    [InlineData("comment :before '1 day'", false)]
    public async Task Times_are_compared_with_dates_and_spans(string condition, bool holds) => Assert.Equal(holds ? "dropped" : "", await OutcomeAsync($"if {condition} {{ drop }}"));

    [Theory]
    [InlineData("extra.tags :equals ['a', 'b']", true)]
    [InlineData("extra.tags :equals ['b', 'a']", false)]
    [InlineData("extra.tags :setequals ['b', 'a', 'a']", true)]
    [InlineData("extra.tags :setequals ['b']", false)]
    [InlineData("extra.tags :subsetof ['a', 'b', 5]", true)]
    [InlineData("extra.tags :supersetof ['a']", true)]
    [InlineData("extra.tags :supersetof []", true)]
    [InlineData("extra.tags :overlaps ['x', 'b']", true)]
    [InlineData("extra.tags :overlaps []", false)]
    [InlineData("comment :overlaps ['hello']", false)]
    [InlineData("extra.flag == true", true)]
    [InlineData("extra.flag != true", false)]
    [InlineData("extra.none != true", false)]
    [InlineData("extra.num == true", false)]
    [InlineData(":exists extra", true)]
    [InlineData(":exists extra.d.k", false)]
    [InlineData(":notexists source.url", true)]
    public async Task Lists_booleans_and_existence_are_asked_for(string condition, bool holds) => Assert.Equal(holds ? "dropped" : "", await OutcomeAsync($"if {condition} {{ drop }}"));

    [Theory]
    [InlineData("add comment = 'x'", "")]
    [InlineData("add extra.x = 1.5", "extra.x=1.5")]
    [InlineData("add! source.asn = 'AS1'", "source.asn=1")]
    [InlineData("add! comment = ''", "-comment")]
    [InlineData("update source.url = 'http://example.com/'", "")]
    [InlineData("update comment = 'it\\'s'", "comment=it's")]
    [InlineData("update comment = 'a\\nb'", "comment=a\\nb")]
    [InlineData("update time.observation -= '10 days'", "time.observation=2019-12-22T00:00:00+00:00")]
    [InlineData("add! time.observation += '1 hour'", "time.observation=2020-01-01T01:00:00+00:00")]
    [InlineData("add time.observation += '1 hour'", "")]
    [InlineData("append extra.tags 5", "extra.tags=[\"a\", \"b\", 5]")]
    [InlineData("append extra.new 'x'", "extra.new=[\"x\"]")]
    [InlineData("append extra.s 'x'", "")]
    [InlineData("append! extra.s 'c'", "extra.s=[\"5\", \"c\"]")]
    [InlineData("append! comment 'c'", "comment=['hello', 'c']")]
    [InlineData("remove comment remove source.url", "-comment")]
    [InlineData("path 'one' path 'two'", "two")]
    [InlineData("path ['one', 'two', 'one']", "one two one")]
    [InlineData("path 'one' drop", "dropped")]
    [InlineData("if feed.name == 'x' { keep } elif comment == 'hello' { add extra.q = 1 } else { drop } add extra.w = 2", "extra.q=1 extra.w=2")]
    [InlineData("if feed.name == 'acme' { if comment == 'x' { } else { if :exists source.ip { keep } } drop }", "")]
    public async Task Actions_change_and_route(string rules, string outcome) => Assert.Equal(outcome, await OutcomeAsync(rules));

    [Theory]
    [InlineData("$x = comment add! extra.y = $x", "extra.y=hello")]
    [InlineData("$x = comment add extra.y = $x append extra.tags $x", "extra.tags=[\"a\", \"b\", \"hello\"] extra.y=hello")]
    [InlineData("$x = source.asn if source.port < $x { drop }", "dropped")]
    [InlineData("$x = comment if comment == $x && comment =~ $x && comment :in ['a', $x] { drop }", "dropped")]
    [InlineData("$x = extra.key remove $x", "-comment")]
    [InlineData("$x = extra.s if extra.tags :overlaps [$x] { drop } else { add! $x = 'a' }", "!")]
    public async Task Variables_hold_values_and_names_of_fields(string rules, string outcome)
    {
        if (outcome == "!") await Assert.ThrowsAnyAsync<Exception>(() => OutcomeAsync(rules));
        else Assert.Equal(outcome, await OutcomeAsync(rules));
    }

    [Theory]
    [InlineData("if extra.num :containsany ['5'] { drop }", "need a text")]
    [InlineData("if time.observation :before 'xx' { drop }", "no date")]
    [InlineData("if comment =~ '(' { drop }", "no regular expression")]
    [InlineData("add! time.source += '1 hour'", "time.source is None")]
    [InlineData("update time.observation += 'soon'", "no span of time")]
    [InlineData("update time.observation += '9000 years'", "no calendar")]
    [InlineData("$x = source.url", "source.url not present in event.")]
    [InlineData("if comment == $x { drop }", "$x used before definition")]
    [InlineData("$x = source.asn if comment == $x { drop }", "Expected a text in the variable $x, got 64500.")]
    [InlineData("add! source.ip = 'x'", "source.ip")]
    public async Task What_cannot_be_done_fails_the_message(string rules, string expected)
    {
        await using var bot = Bot(rules);

        var error = await Assert.ThrowsAnyAsync<InvalidMessageException>(() => bot.RunAsync(Message));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_do_not_outlive_a_message()
    {
        await using var bot = Bot("if comment == 'set' { $x = comment } else { add! extra.x = $x }");

        await bot.RunAsync("""{ "comment": "set" }""");

        await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("""{ "comment": "use" }"""));
    }

    [Theory]
    [InlineData("if extra.num == 5 { drop }", ":1:17: Invalid key: extra.num.")]
    [InlineData("if comment == 5 { drop }", ":1:15: Incompatible type: String.")]
    [InlineData("if source.ip :contains '192.0' { drop }", ":1:24: Invalid IP address: 192.0.")]
    [InlineData("if source.ip << ['192.0.2.0/24', 'foo'] { drop }", ":1:34: Invalid ip range: foo.")]
    [InlineData("if !! feed.name == 'x' { drop }", ":1:5: Expected the name of a field")]
    [InlineData("if feed.name 'x' { drop }", ":1:14: Expected an operator")]
    [InlineData("if feed.name == 'x' 'y' { drop }", ":1:21: Expected '&&' or '||' or '{'; found ''y' { drop }'.")]
    [InlineData("if extra.flag == TRUE { drop }", ":1:18: Expected a text in quotes, a number, true, false or a variable")]
    [InlineData("if source.port :in [] { drop }", ":1:21: Expected")]
    [InlineData("if source.port :in ['a', 1] { drop }", ":1:20: Expected a list of texts, or a list of numbers.")]
    [InlineData("keep; drop", ":1:5: Expected 'if'")]
    [InlineData("keep }", ":1:6: There is no block")]
    [InlineData("if comment == 'x' { drop", ":1:25: Expected '}'; found the end of the file.")]
    [InlineData("path [1]", ":1:7: Expected the name of a path")]
    [InlineData("add comment 'x'", ":1:13: Expected '=', '+=' or '-='")]
    [InlineData("add comment = 'x", ":1:15: Expected a text in quotes")]
    public async Task Mistakes_are_told_with_their_place_before_the_start(string rules, string expected)
    {
        await using var bot = Bot(rules);

        // The types of fields are those of the installation, which the check does not know.
        var level = expected.Contains("Incompatible type") ? BotLogLevel.Warning : BotLogLevel.Error;
        Assert.Contains(bot.Check(), result => (result.Level == level && result.Message.Contains("filter.sieve" + expected, StringComparison.Ordinal)) || expected.Contains("Invalid key"));
        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("filter.sieve" + expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_mistakes_are_told_at_once()
    {
        await using var bot = Bot("""
            if comment = 'x' {
                add extra.a 'y'
                update comment == 'z'
                drop
            } elif source.port == 'a' && { keep }
            if source.ip << 'nowhere' {
                unknown comment
                path
            }
            remove
            add comment = 'fine'
            """);

        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal([1, 2, 3, 5, 6, 7, 9, 11], System.Text.RegularExpressions.Regex.Matches(error.Message, @"filter\.sieve:(\d+):").Select(match => int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains("Could not parse sieve file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fails_only_some_messages_is_a_warning()
    {
        await using var bot = Bot("if comment =~ '(' || time.source :before 'xx' { update time.source += 'y' }");

        var warnings = bot.Check();

        Assert.Equal(3, warnings.Count);
        Assert.All(warnings, warning => Assert.Equal(BotLogLevel.Warning, warning.Level));
    }

    [Fact]
    public async Task A_file_that_nests_without_end_is_refused()
    {
        await using var bot = Bot("if " + new string('(', 100_000));

        Assert.Contains("nested too deeply", (await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken))).Message);
    }

    [Fact]
    public async Task A_missing_file_is_told()
    {
        await using var bot = BotHarness.For<SieveExpert>(new Dictionary<string, object?> { ["file"] = folder.In("nothing.sieve") });

        Assert.Contains(bot.Check(), result => result.Parameter == "file" && result.Message.Contains("existing file", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_field_that_only_this_installation_has_can_be_compared()
    {
        var format = DataFormat.Shipped.With([new AddedField("event", "acme.score", "Integer")]);
        await using var bot = BotHarness.For<SieveExpert>(new Dictionary<string, object?> { ["file"] = folder.Write("filter.sieve", "if acme.score > 5 { drop }") }, format);

        Assert.Empty(bot.Check());
        Assert.Empty((await bot.RunAsync("""{ "acme.score": 6 }""")).Sent);
    }

    [Fact]
    public async Task Nothing_is_allocated_per_rule()
    {
        var rules = string.Concat(Enumerable.Range(0, 500).Select(i => $"if source.ip << '198.51.{i % 256}.0/24' || comment :in ['{i}', 'x{i}'] || comment =~ '^n{i}$' || source.port > {1000 + i} || time.observation :before '2019-01-01' {{ add! extra.x = {i} }}\n"));
        await using var few = Bot("");
        await using var many = Bot(rules);

        var (without, with) = (await AllocatedAsync(few), await AllocatedAsync(many));

        Assert.True(with - without < 500 * 8, $"{with} bytes with 500 rules, {without} without");
    }

    static async Task<long> AllocatedAsync(BotHarness bot)
    {
        for (var i = 0; i < 3; i++) await bot.RunAsync(Message);
        var before = GC.GetAllocatedBytesForCurrentThread();
        await bot.RunAsync(Message);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    public void Dispose() => folder.Dispose();
}
