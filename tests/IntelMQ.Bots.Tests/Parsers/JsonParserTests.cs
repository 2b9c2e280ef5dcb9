using IntelMQ.Bots.Parsers.Json;

namespace IntelMQ.Bots.Tests.Parsers;

public sealed class JsonParserTests
{
    [Theory]
    [InlineData("NaN", "NaN")]
    [InlineData("-Infinity", "-Infinity")]
    [InlineData("[1, 1.0, 100000000000000000000]", "[1, 1.0, 100000000000000000000]")]
    [InlineData("\"half \\ud83d\"", "\"half \\ud83d\"")]
    public async Task Values_that_only_the_original_writes_are_read_as_it_reads_them(string written, string stored)
    {
        await using var bot = BotHarness.For<JsonParser>();

        var run = await bot.ParseAsync($$"""{"extra.value": {{written}}}""", TestContext.Current.CancellationToken);

        Assert.Empty(run.Failed);
        Assert.Contains($"\"extra.value\": {stored}", Assert.Single(run.On()).ToString(), StringComparison.Ordinal);
    }

    static readonly string[] Names = ["source.ip", "source.asn", "source.fqdn", "source.url", "extra.a", "extra", "comment", "classification.type", "raw", "feed.name", "malware.name", "feed.accuracy", "nonsense", "__type", "feed.name", "comment", "extra.a"];

    static readonly string[] Values =
    [
        "\"192.0.2.1\"", "\"Example.COM\"", "\"http://example.com/\"", "64496", "\"64496\"", "1.5", "1e3", "123456789012345678901234567890", "true", "null", "\"\"", "\"-\"", "\"N/A\"",
        "[1, \"a\"]", "{\"b\": {\"c\": 1}}", "\"phishing\"", "\"Event\"", "\"Report\"", "\"Zm9v\"", "\"é\"", "\"\\u00e9\\n\"", "\"\\ud800\"", "nothing", "\" x \"", "\"\\u002d\"", "0", "-0", "0.0", "{}", "[]", "false", "NaN",
    ];

    [Fact]
    public async Task An_escaped_name_changes_nothing()
    {
        var random = new Random(1);
        await using var bot = BotHarness.For<JsonParser>("""{ "splitlines": true }""");
        for (var i = 0; i < 500; i++)
        {
            var members = string.Join(", ", Enumerable.Range(0, random.Next(5)).Select(_ => $"\"{Names[random.Next(Names.Length)]}\": {Values[random.Next(Values.Length)]}"));
            var end = random.Next(20) switch { 0 => "", 1 => "} x", _ => "}" };

            // An object with an escaped name is read as a whole before its values are taken, another one in place.
            var inPlace = await bot.ParseAsync($$"""{"status": "x", {{members}}{{end}}""", TestContext.Current.CancellationToken);
            var whole = await bot.ParseAsync($$"""{"st\u0061tus": "x", {{members}}{{end}}""", TestContext.Current.CancellationToken);

            Assert.Equal(whole.On().Select(WithoutRaw), inPlace.On().Select(WithoutRaw));
            Assert.Equal(whole.Failed.Count, inPlace.Failed.Count);
        }
    }

    static string WithoutRaw(Message message)
    {
        if (!message.Get(Fields.Raw).ToString().StartsWith("Zm9v", StringComparison.Ordinal)) message.Remove(Fields.Raw);
        return message.ToString();
    }

    [Fact]
    public async Task Raw_of_an_event_is_its_line_alone()
    {
        await using var bot = BotHarness.For<JsonParser>("""{ "splitlines": true }""");

        var run = await bot.ParseAsync("{\"comment\": \"a\"}\r\n{\"comment\": \"b\"}\n", TestContext.Current.CancellationToken);

        Assert.Equal(
            ["{\"comment\": \"a\"}", "{\"comment\": \"b\"}"],
            run.On().Select(e => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(e.Get(Fields.Raw).ToString()))));
    }
}
