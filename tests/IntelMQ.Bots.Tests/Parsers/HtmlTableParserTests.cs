using IntelMQ.Bots.Parsers.HtmlTable;

namespace IntelMQ.Bots.Tests.Parsers;

public sealed class HtmlTableParserTests
{
    [Theory]
    [InlineData("""{ "table_index": -1 }""", "0 or more")]
    [InlineData("""{ "split_index": "first" }""", "whole number")]
    [InlineData("""{ "columns": "source.ip,source.url", "ignore_values": "-" }""", "one for each of the 2 columns")]
    [InlineData("""{ "time_format": "guess" }""", "time_format")]
    [InlineData("""{ "type": "evil" }""", "classification type")]
    public async Task Mistakes_are_told_before_the_start(string parameters, string expected)
    {
        await using var bot = BotHarness.For<HtmlTableParser>(parameters);

        Assert.Contains(bot.Check(), result => result.Message.Contains(expected, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_row_that_was_set_aside_is_found_again_where_the_parameters_say()
    {
        const string parameters = """{ "columns": "source.ip", "attribute_name": "class", "attribute_value": "list", "table_index": 1 }""";
        await using var bot = BotHarness.For<HtmlTableParser>(parameters);
        var run = await bot.ParseAsync("""<table class="list"></table><table class="list"><tr></tr><tr><td>nowhere</td></tr></table>""", TestContext.Current.CancellationToken);

        var again = await bot.ParseAsync(Assert.Single(run.Failed).RawText, TestContext.Current.CancellationToken);

        Assert.Equal(run.Failed[0].RawText, Assert.Single(again.Failed).RawText);
    }

    [Fact]
    public async Task Elements_that_nest_deeply_are_written_without_end_of_the_stack()
    {
        await using var bot = BotHarness.For<HtmlTableParser>("""{ "columns": "comment" }""");
        var run = await bot.ParseAsync("<table><tr></tr><tr><td>" + string.Concat(Enumerable.Repeat("<b>", 400)) + "x</td></tr></table>", TestContext.Current.CancellationToken);

        Assert.Equal("x", Assert.Single(run.On()).Get("comment").Text);
    }

    [Theory]
    [InlineData("<div>")]
    [InlineData("<B>")]
    [InlineData("<div></b>")]
    [InlineData("<table><tr><td>")]
    public async Task A_page_that_nests_without_end_is_refused_before_it_costs_time(string piece)
    {
        await using var bot = BotHarness.For<HtmlTableParser>();
        var page = "<table>" + string.Concat(Enumerable.Repeat(piece, 100_000));

        await Assert.ThrowsAsync<InvalidMessageException>(() => bot.ParseAsync(page, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Elements_that_need_no_end_do_not_count_as_nested()
    {
        await using var bot = BotHarness.For<HtmlTableParser>("""{ "columns": "source.ip" }""");
        var run = await bot.ParseAsync("<table><tr><th>ip" + string.Concat(Enumerable.Repeat("<tr><td><br><b>192.0.2.1</b>", 3000)), TestContext.Current.CancellationToken);

        Assert.Equal(3000, run.On().Count);
    }
}
