using System.Reflection;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Sdk.Generators.Tests;

public sealed class BindingTests
{
    const string Everything = """
        public enum FetchMode { Full, DeltaOnly }

        public sealed record EverythingOptions : HttpOptions, ICheckable
        {
            public required Uri HttpUrl { get; init; }
            public string Name { get; init; } = "n";
            public bool Active { get; init; } = true;
            [Range(0, 10)] public int Count { get; init; } = 3;
            public int? Limit { get; init; }
            public string? Label { get; init; } = "l";
            public long Big { get; init; }
            [Range(0.5, 2.0)] public double Factor { get; init; } = 1.5;
            public TimeSpan Pause { get; init; } = TimeSpan.FromMinutes(5);
            public FetchMode Mode { get; init; } = FetchMode.DeltaOnly;
            public FetchMode? Other { get; init; }
            public IReadOnlyList<string> Columns { get; init; } = ["a", "b"];
            public IReadOnlyDictionary<string, string> Map { get; init; } = new Dictionary<string, string>();
            public FieldValue Anything { get; init; } = "x";
            public string NotAParameter => Name;
            public IEnumerable<CheckResult> Check() => Name == "bad" ? [new(BotLogLevel.Error, "is bad", "name")] : [];
        }

        [Bot("intelmq.bots.outputs.acme.everything", SingleInstance = true)]
        public sealed class EverythingOutput(EverythingOptions options, TimeProvider time, IBotCache? cache) : Output
        {
            public EverythingOptions Options => options;
            public TimeProvider Time => time;
            public IBotCache? Cache => cache;
            protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken) => default;
        }
        """;

    static readonly Compiled Snippet = new(Everything);

    static object Options(Bot bot) => bot.GetType().GetProperty("Options")!.GetValue(bot)!;

    static object? Value(object options, string property) => options.GetType().GetProperty(property, BindingFlags.Public | BindingFlags.Instance)!.GetValue(options);

    static (object? Options, IReadOnlyList<ParameterError> Errors) Bind(Dictionary<string, object?> parameters)
    {
        var reader = new ParameterReader(parameters);
        var bot = Snippet.Bot.Create(reader, new Services(TimeProvider.System));
        return (bot is null ? null : Options(bot), reader.Errors);
    }

    [Fact]
    public void A_parameter_that_is_not_given_keeps_the_default_of_the_record()
    {
        var (options, errors) = Bind(new() { ["http_url"] = "https://example.com/feed" });

        Assert.Empty(errors);
        Assert.Equal(new Uri("https://example.com/feed"), Value(options!, "HttpUrl"));
        Assert.Equal("n", Value(options!, "Name"));
        Assert.Equal(true, Value(options!, "Active"));
        Assert.Equal(3, Value(options!, "Count"));
        Assert.Null(Value(options!, "Limit"));
        Assert.Equal(TimeSpan.FromMinutes(5), Value(options!, "Pause"));
        Assert.Equal("DeltaOnly", Value(options!, "Mode")!.ToString());
        Assert.Equal(["a", "b"], (IReadOnlyList<string>)Value(options!, "Columns")!);
        Assert.Equal(TimeSpan.FromSeconds(30), Value(options!, "HttpTimeoutSec"));
        Assert.Equal("IntelMQ", Value(options!, "HttpUserAgent"));
    }

    [Fact]
    public void Null_takes_away_the_default_of_a_parameter_that_may_be_null_and_leaves_it_to_others()
    {
        var (options, errors) = Bind(new() { ["http_url"] = "https://example.com/feed", ["label"] = null, ["name"] = null });

        Assert.Empty(errors);
        Assert.Null(Value(options!, "Label"));
        Assert.Equal("n", Value(options!, "Name"));
    }

    [Fact]
    public void Every_type_of_parameter_is_bound()
    {
        var (options, errors) = Bind(new()
        {
            ["http_url"] = "https://example.com/",
            ["name"] = "given",
            ["active"] = false,
            ["count"] = 7L,
            ["limit"] = 5L,
            ["big"] = 1L << 40,
            ["factor"] = 2L,
            ["pause"] = 0.5,
            ["mode"] = "Full",
            ["other"] = "delta-only",
            ["columns"] = "x, y",
            ["map"] = new Dictionary<string, object?> { ["k"] = "v" },
            ["anything"] = 12L,
            ["http_verify_cert"] = false,
            ["http_timeout_sec"] = "10",
        });

        Assert.Empty(errors);
        Assert.Equal("given", Value(options!, "Name"));
        Assert.Equal(false, Value(options!, "Active"));
        Assert.Equal(7, Value(options!, "Count"));
        Assert.Equal(5, Value(options!, "Limit"));
        Assert.Equal(1L << 40, Value(options!, "Big"));
        Assert.Equal(2.0, Value(options!, "Factor"));
        Assert.Equal(TimeSpan.FromMilliseconds(500), Value(options!, "Pause"));
        Assert.Equal("Full", Value(options!, "Mode")!.ToString());
        Assert.Equal("DeltaOnly", Value(options!, "Other")!.ToString());
        Assert.Equal(["x", "y"], (IReadOnlyList<string>)Value(options!, "Columns")!);
        Assert.Equal("v", ((IReadOnlyDictionary<string, string>)Value(options!, "Map")!)["k"]);
        Assert.Equal(FieldValue.From(12L), Value(options!, "Anything"));
        Assert.Equal(FieldValue.From(false), Value(options!, "HttpVerifyCert"));
        Assert.Equal(TimeSpan.FromSeconds(10), Value(options!, "HttpTimeoutSec"));
    }

    [Fact]
    public void All_errors_are_told_at_once_and_no_bot_is_created()
    {
        var (options, errors) = Bind(new() { ["active"] = "false", ["count"] = 11L, ["pause"] = "", ["mode"] = "half", ["factor"] = 0.1, ["columns"] = 1L });

        Assert.Null(options);
        Assert.Equal(["http_url", "active", "count", "factor", "pause", "mode", "columns"], errors.Select(static e => e.Path));
        Assert.Contains(errors, static e => e is { Path: "http_url", Message: "is required" });
        Assert.Contains(errors, static e => e.Path == "mode" && e.Expected.Contains("full, delta_only", StringComparison.Ordinal));
        Assert.Contains(errors, static e => e.Path == "count" && e.Expected == "a whole number from 0 to 10");
    }

    [Fact]
    public void Services_go_into_the_constructor_and_optional_ones_may_be_missing()
    {
        var bot = Snippet.Bot.Create(new ParameterReader(new Dictionary<string, object?> { ["http_url"] = "https://example.com/" }), new Services(TimeProvider.System))!;

        Assert.Same(TimeProvider.System, Value(bot, "Time"));
        Assert.Null(Value(bot, "Cache"));
    }

    [Fact]
    public void A_missing_service_is_a_configuration_error_that_names_it()
    {
        var parameters = new ParameterReader(new Dictionary<string, object?> { ["http_url"] = "https://example.com/" });

        var error = Assert.Throws<ConfigurationException>(() => Snippet.Bot.Create(parameters, new Services(null)));

        Assert.Contains("System.TimeProvider", error.Message, StringComparison.Ordinal);
        Assert.Contains("intelmq.bots.outputs.acme.everything", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Checking_binds_the_options_and_asks_them()
    {
        var good = new ParameterReader(new Dictionary<string, object?> { ["http_url"] = "https://example.com/", ["name"] = "bad" });
        Assert.Equal("is bad", Assert.Single(Snippet.Bot.Check(good)).Message);

        var incomplete = new ParameterReader(new Dictionary<string, object?>());
        Assert.Empty(Snippet.Bot.Check(incomplete));
        Assert.Equal("http_url", Assert.Single(incomplete.Errors).Path);
    }

    [Fact]
    public void The_registration_says_that_one_instance_is_all() => Assert.True(Snippet.Bot.SingleInstance);

    [Fact]
    public void A_bot_without_options_needs_no_parameters()
    {
        var snippet = new Compiled("""
            [Bot("intelmq.bots.outputs.acme.nothing")]
            sealed class NothingOutput : Output
            {
                protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken) => default;
            }
            """);

        Assert.NotNull(snippet.Bot.Create(new ParameterReader(new Dictionary<string, object?>()), new Services(null)));
        Assert.Equal("{}", snippet.Manifest[0].GetProperty("parameters").GetProperty("properties").GetRawText());
    }

    sealed class Services(TimeProvider? time) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(TimeProvider) ? time : null;
    }
}
