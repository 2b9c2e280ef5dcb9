using IntelMQ.Bots.Experts.Modify;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class ModifyExpertTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    BotHarness Bot(string rules, params (string Name, object? Value)[] parameters) => BotHarness.For<ModifyExpert>(
        new Dictionary<string, object?>(parameters.Select(p => KeyValuePair.Create(p.Name, p.Value))) { ["configuration_path"] = folder.Write("modify.conf", rules) });

    [Fact]
    public async Task Groups_of_a_match_are_quoted_even_when_the_rule_changes_their_field()
    {
        await using var bot = Bot("""[{ "rulename": "x", "if": { "source.url": "^http://(?P<host>[^/]+)/(.*)" }, "then": { "source.url": "http://{matches[source.url][host]}/", "comment": "{{{matches[source.url][2]}}} of {msg[source.port]}" } }]""");

        var run = await bot.RunAsync("""{ "source.url": "http://example.com/a", "source.port": 80 }""");

        run.ShouldSend("""{ "source.url": "http://example.com/", "source.port": 80, "comment": "{a} of 80" }""");
    }

    [Fact]
    public async Task A_later_rule_sees_what_an_earlier_one_has_changed()
    {
        await using var bot = Bot("""
            [{ "rulename": "1", "if": { "malware.name": "^a$" }, "then": { "malware.name": "b" } },
             { "rulename": "2", "if": { "malware.name": "^b$", "extra.n": 1, "comment": "" }, "then": { "comment": "seen", "feed.accuracy": 40.0 } },
             { "rulename": "3", "if": { "malware.name": "^a$" }, "then": { "comment": "never" } }]
            """);

        var run = await bot.RunAsync("""{ "malware.name": "a", "extra.n": 1.0 }""");

        run.ShouldSend("""{ "malware.name": "b", "extra.n": 1.0, "comment": "seen", "feed.accuracy": 40.0 }""");
    }

    [Fact]
    public async Task The_number_of_rules_that_apply_can_be_limited_and_values_kept()
    {
        await using var bot = Bot(
            """[{ "rulename": "1", "if": { "source.port": "^80$" }, "then": { "comment": "first", "protocol.transport": "tcp" } }, { "rulename": "2", "if": { "source.port": "8" }, "then": { "extra.x": "second" } }]""",
            ("maximum_matches", 1L), ("overwrite", false));

        var run = await bot.RunAsync("""{ "source.port": 80, "comment": "mine" }""");

        run.ShouldSend("""{ "source.port": 80, "comment": "mine", "protocol.transport": "tcp" }""");
    }

    [Fact]
    public async Task Many_different_values_give_the_same_answers_as_few()
    {
        await using var bot = Bot("""[{ "rulename": "even", "if": { "comment": "[02468]$" }, "then": { "extra.even": true } }]""");
        var messages = Enumerable.Range(0, 5000).Select(i => $$"""{ "comment": "{{i}}" }""").ToArray();

        var run = await bot.RunAsync(messages);

        Assert.All(run.On(), message => Assert.Equal((message.Get("comment").Text![^1] - '0') % 2 == 0, message.Get("extra.even") == true));
    }

    [Fact]
    public async Task A_template_that_needs_a_field_which_is_not_there_fails_the_message()
    {
        await using var bot = Bot("""[{ "rulename": "x", "if": { "comment": "" }, "then": { "comment": "{msg[malware.name]}" } }]""");

        var error = await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("""{ "source.port": 80 }"""));

        Assert.Contains("malware.name", error.Message);
    }

    [Fact]
    public async Task All_mistakes_in_the_file_are_told_with_their_place()
    {
        await using var bot = Bot("""[ { "rulename": "a", "if": { "comment": "(" }, "then": { "comment": "{msg[x" } }, { "rulename": "b", "if": [] }, 5, { "rulename": "c", "if": { "comment": "x" }, "then": { "comment": "{matches[source.ip][0]}" } } ]""");

        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("[0] (rule 'a').if.comment is no regular expression", error.Message);
        Assert.Contains("[0] (rule 'a').then.comment", error.Message);
        Assert.Contains("[1] (rule 'b') has no object 'if'", error.Message);
        Assert.Contains("[2] is no object", error.Message);
        Assert.Contains("[3] (rule 'c').then.comment", error.Message);
    }

    [Theory]
    [InlineData("[", "is no JSON")]
    [InlineData("{}", "is no list")]
    public async Task A_file_of_another_form_is_told(string content, string expected)
    {
        await using var bot = Bot(content);

        Assert.Contains(bot.Check(), result => result.Message.Contains(expected, StringComparison.Ordinal));
    }

    public void Dispose() => folder.Dispose();
}
