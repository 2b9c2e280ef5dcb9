using System.Text.Json;
using IntelMQ.Configuration.Schema;

namespace IntelMQ.Configuration.Tests;

public sealed class ParameterSchemaTests
{
    static readonly ParameterSchema Schema = Parse("""
        { "type": "object", "required": ["http_url"], "properties": {
          "http_url":   { "type": "string", "format": "uri" },
          "api_key":    { "type": "string" },
          "pin":        { "type": "integer", "writeOnly": true },
          "rate_limit": { "type": "number", "x-unit": "s", "default": 300 },
          "pause":      { "type": "number", "x-unit": "s", "minimum": 0, "maximum": 60 },
          "fetch_mode": { "type": "string", "enum": ["Full", "Delta"], "default": "Delta" },
          "port":       { "type": "integer", "minimum": 1, "maximum": 65535 },
          "strict":     { "type": "boolean" },
          "columns":    { "type": ["array", "string"], "items": { "type": "string" } },
          "only_list":  { "type": "array", "items": { "type": "integer" } },
          "headers":    { "type": "object", "additionalProperties": { "type": "string" } },
          "nested":     { "type": "object", "additionalProperties": false, "required": ["a"], "properties": { "a": { "type": "boolean" } } },
          "nothing":    { "type": ["string", "null"] } } }
        """);

    [Fact]
    public void Parameters_of_the_right_kind_are_right() =>
        Assert.Empty(Problems("""
            http_url: https://example.com/{time}
            pause: 1.5
            fetch_mode: Full
            port: 8080
            strict: false
            columns: [a, b]
            headers: {Accept: text/csv}
            nested: {a: true}
            nothing: null
            api_key: null
            destination_queues: [x]
            error_max_retries: 5
            """));

    [Fact]
    public void All_problems_are_told_at_once_with_their_places()
    {
        var problems = Problems("""
            htp_url: https://example.com/
            api_key: 12345
            pin: abc
            pause: ""
            fetch_mode: delto
            port: "80a"
            strict: "false"
            columns: [a, 2]
            only_list: 5
            headers: {Accept: 1, Authorization: 77}
            nested: {aa: 1}
            nothing: {}
            """);

        Assert.Equal(
        [
            "r:4:14: warning: b.parameters.htp_url: m knows no parameter 'htp_url'; did you mean http_url?",
            "r:1:1: error: b.parameters.http_url: The parameter 'http_url' is missing; expected a URL",
            "r:5:14: error: b.parameters.api_key: (hidden) is not a text; expected a text; did you mean the same in quotes?",
            "r:6:10: error: b.parameters.pin: (hidden) is not a whole number; expected a whole number",
            "r:7:12: error: b.parameters.pause: \"\" is not a number of seconds; expected a number of seconds from 0 to 60",
            "r:8:17: error: b.parameters.fetch_mode: \"delto\" is none of the known values; expected one of Full, Delta; did you mean Delta?",
            "r:9:11: error: b.parameters.port: \"80a\" is not a whole number; expected a whole number from 1 to 65535",
            "r:10:13: error: b.parameters.strict: \"false\" is not a boolean; expected true or false; did you mean false without quotes?",
            "r:11:18: error: b.parameters.columns[1]: 2 is not a text; expected a text; did you mean \"2\" in quotes?",
            "r:12:16: error: b.parameters.only_list: 5 is not a list; expected a list (its items: a whole number); did you mean a list with this one item?",
            "r:13:23: error: b.parameters.headers.Accept: 1 is not a text; expected a text; did you mean \"1\" in quotes?",
            "r:13:41: error: b.parameters.headers.Authorization: (hidden) is not a text; expected a text; did you mean the same in quotes?",
            "r:14:14: warning: b.parameters.nested.aa: The name 'aa' is not known here; did you mean a?",
            "r:14:13: error: b.parameters.nested.a: The value 'a' is missing; expected true or false",
            "r:15:14: error: b.parameters.nothing: a map is not a text or null; expected a text or null",
        ], problems);
    }

    [Fact]
    public void A_number_in_quotes_is_a_number_and_its_range_is_checked() => Assert.Equal(
        ["r:5:11: error: b.parameters.port: 70000 is out of range; expected a whole number from 1 to 65535"],
        Problems("http_url: https://example.com/\nport: \"70000\"\npause: \"5.5\"\n"));

    [Fact]
    public void Ranges_and_urls_are_checked()
    {
        var problems = Problems("http_url: not a url\npause: 61\nport: 0\n");

        Assert.Equal(
        [
            "r:4:15: error: b.parameters.http_url: \"not a url\" is not a URL; expected a URL such as https://example.com/feed",
            "r:5:12: error: b.parameters.pause: 61 is out of range; expected a number of seconds from 0 to 60",
            "r:6:11: error: b.parameters.port: 0 is out of range; expected a whole number from 1 to 65535",
        ], problems);
    }

    [Fact]
    public void A_wrong_setting_of_the_host_is_told_once()
    {
        var bot = Bot("http_url: https://example.com/\nrate_limit: abc\n");

        Assert.Single(bot.Problems, problem => problem.Path == "b.parameters.rate_limit");
        Assert.Empty(Schema.Validate(bot));
    }

    [Fact]
    public void A_global_parameter_that_the_bot_does_not_know_is_not_its_problem()
    {
        var bot = RuntimeConfiguration.Parse("global: {other: 1, strict: 5}\nb: {module: m, parameters: {http_url: 'https://example.com'}}", "r", None).Find("b")!;

        Assert.Equal(["r:1:28: error: global.strict: 5 is not a boolean; expected true or false"],
            Schema.Validate(bot).Select(problem => problem.ToString()));
    }

    [Fact]
    public void A_global_parameter_that_nobody_knows_is_a_warning()
    {
        var configuration = RuntimeConfiguration.Parse("global: {logging_levle: INFO, fetch_mode: Full, rate_limit: 5}\n", "r", None);

        Assert.Equal(["r:1:25: warning: global.logging_levle: No bot knows the global parameter 'logging_levle'; did you mean logging_level?"],
            ParameterSchema.CheckGlobal(configuration, [Schema]).Select(problem => problem.ToString()));
        Assert.Empty(ParameterSchema.CheckGlobal(configuration, [Schema, Parse("""{ "additionalProperties": true }""")]));
    }

    [Fact]
    public void Further_names_are_allowed_where_the_schema_says_so()
    {
        var open = Parse("""{ "type": "object", "additionalProperties": true }""");
        var typed = Parse("""{ "type": "object", "additionalProperties": { "type": "integer" } }""");

        Assert.Empty(open.Validate(Bot("anything: x\n")));
        Assert.Equal(["b.parameters.anything"], typed.Validate(Bot("anything: x\nlogging_level: INFO\n")).Select(problem => problem.Path));
    }

    [Fact]
    public void Defaults_of_the_bot_hold_for_the_host_too()
    {
        Assert.Equal(TimeSpan.FromMinutes(5), Schema.SettingsOf(Bot("http_url: https://example.com/\n")).RateLimit);
        Assert.Equal(TimeSpan.FromSeconds(7), Schema.SettingsOf(Bot("rate_limit: 7\n")).RateLimit);
        Assert.Equal("Delta", Schema.Defaults["fetch_mode"]);
    }

    [Fact]
    public void Binding_resolves_secrets_and_leaves_out_what_the_bot_does_not_know()
    {
        var bot = Bot("http_url: https://example.com/${env:KEY}\nport: ${env:PORT}\napi_key: ${env:DIGITS}\ncolumns: [a, '${env:KEY}']\nother: 1\nnothing:\nstrict:\n");
        var secrets = new SecretReferences(new Dictionary<string, string> { ["KEY"] = "k3y", ["PORT"] = "8080", ["DIGITS"] = "123" }, "/");

        var bound = Schema.Bind(bot, secrets, out var problems);

        Assert.Empty(problems);
        Assert.Equal("https://example.com/k3y", bound["http_url"]);
        Assert.Equal(8080L, bound["port"]);
        Assert.Equal("123", bound["api_key"]);
        Assert.Equal(["a", "k3y"], Assert.IsAssignableFrom<IReadOnlyList<object?>>(bound["columns"]));
        Assert.Null(bound["nothing"]);
        Assert.Equal(["api_key", "columns", "http_url", "nothing", "port"], bound.Keys.Order());
    }

    [Fact]
    public void A_missing_or_wrong_secret_is_told_without_its_value()
    {
        var bot = Bot("http_url: ${env:NOWHERE}\nport: ${env:PORT}\n");

        Schema.Bind(bot, new SecretReferences(new Dictionary<string, string> { ["PORT"] = "s3cret" }, "/"), out var problems);

        Assert.Equal(
        [
            "r:4:15: error: b.parameters.http_url: The environment variable NOWHERE of ${env:NOWHERE} is not set",
            "r:5:11: error: b.parameters.port: (hidden) is not a whole number; expected a whole number from 1 to 65535",
        ], problems.Select(problem => problem.ToString()));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{ "properties": { "a": { "type": "text" } } }""")]
    [InlineData("""{ "properties": [] }""")]
    public void A_malformed_schema_is_refused(string json) =>
        Assert.Throws<FormatException>(() => Parse(json));

    static readonly Dictionary<string, string> None = [];

    static IEnumerable<string> Problems(string parameters) => Schema.Validate(Bot(parameters)).Select(problem => problem.ToString());

    static BotConfiguration Bot(string parameters) =>
        RuntimeConfiguration.Parse("b:\n  module: m\n  parameters:\n" + string.Concat(parameters.TrimEnd().Split('\n').Select(line => $"    {line}\n")), "r", None).Find("b")!;

    static ParameterSchema Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ParameterSchema.Parse(document.RootElement);
    }
}
