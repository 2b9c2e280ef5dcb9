using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace IntelMQ.Sdk.Generators.Tests;

public sealed class ManifestTests
{
    const string Special = """
        namespace Awesome;

        public enum FetchMode { Full, DeltaOnly }

        /// <summary>Fetches the feed of the source <c>Special</c>.</summary>
        /// <remarks>
        /// See <see cref="SpecialOptions"/>.
        /// <para>A "second" paragraph.</para>
        /// </remarks>
        [Bot("intelmq.bots.collectors.awesome.special", OwnProcess = true, SingleInstance = true)]
        public sealed class SpecialCollector(SpecialOptions options) : Collector
        {
            protected override async IAsyncEnumerable<Report> CollectAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
            {
                await Task.Yield();
                _ = options;
                yield break;
            }
        }

        public sealed record SpecialOptions : HttpOptions
        {
            /// <summary>Where the feed is.</summary>
            public required Uri HttpUrl { get; init; }

            /// <summary>Key with "quotes" and a \ backslash.</summary>
            [Parameter(Secret = true)] public string? ApiKey { get; init; }

            /// <summary>Pause between two requests.</summary>
            public TimeSpan RateLimit { get; init; } = TimeSpan.FromMinutes(5);

            [Range(0, 100)] public int SkipLines { get; init; } = 2 * 3;

            [Parameter(Name = "mode")] public FetchMode FetchMode { get; init; } = FetchMode.DeltaOnly;

            public IReadOnlyList<string> Columns { get; init; } = ["time.source", "source.ip"];

            public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string> { ["a"] = "b" };

            public FieldValue Any { get; init; } = false;

            public double Share { get; init; } = 0.25;
        }
        """;

    static readonly Compiled Snippet = new(Special, ("IntelMQ.Sdk.xml", """
        <doc><members><member name="P:IntelMQ.Sdk.HttpOptions.HttpProxy"><summary>Proxy for http.</summary></member></members></doc>
        """));

    static JsonElement Bot => Snippet.Manifest[0];

    static string Parameter(string name) => Bot.GetProperty("parameters").GetProperty("properties").GetProperty(name).GetRawText();

    [Fact]
    public void A_bot_says_what_it_is()
    {
        Assert.Equal("intelmq.bots.collectors.awesome.special", Bot.GetProperty("name").GetString());
        Assert.Equal("collectors", Bot.GetProperty("group").GetString());
        Assert.Equal("Awesome.SpecialCollector", Bot.GetProperty("type").GetString());
        Assert.Equal("Fetches the feed of the source Special.", Bot.GetProperty("summary").GetString());
        Assert.Equal("See SpecialOptions.\nA \"second\" paragraph.", Bot.GetProperty("description").GetString());
        Assert.Equal("process", Bot.GetProperty("isolation").GetString());
        Assert.True(Bot.GetProperty("singleInstance").GetBoolean());
    }

    [Theory]
    [InlineData("http_url", """{"type":"string","format":"uri","description":"Where the feed is."}""")]
    [InlineData("api_key", """{"type":["string","number"],"writeOnly":true,"description":"Key with \"quotes\" and a \\ backslash."}""")]
    [InlineData("rate_limit", """{"type":"number","x-unit":"s","default":300,"description":"Pause between two requests."}""")]
    [InlineData("skip_lines", """{"type":"integer","minimum":0,"maximum":100,"default":6}""")]
    [InlineData("mode", """{"type":"string","enum":["full","delta_only"],"default":"delta_only"}""")]
    [InlineData("columns", """{"type":["array","string"],"items":{"type":["string","number"]},"default":["time.source","source.ip"]}""")]
    [InlineData("names", """{"type":"object","additionalProperties":{"type":["string","number"]},"default":{"a":"b"}}""")]
    [InlineData("any", """{"default":false}""")]
    [InlineData("share", """{"type":"number","default":0.25}""")]
    public void A_parameter_is_a_json_schema(string name, string schema) => Assert.Equal(schema, Parameter(name));

    [Fact]
    public void Inherited_parameters_come_after_the_own_ones_with_the_defaults_that_their_attribute_tells()
    {
        Assert.Equal("""{"type":"number","x-unit":"s","default":30}""", Parameter("http_timeout_sec"));
        Assert.Equal("http_url", Bot.GetProperty("parameters").GetProperty("properties").EnumerateObject().First().Name);
    }

    [Fact]
    public void Documentation_of_inherited_parameters_comes_from_the_file_beside_the_reference() =>
        Assert.Equal("""{"type":["string","number"],"description":"Proxy for http."}""", Parameter("http_proxy"));

    [Fact]
    public void Required_parameters_are_listed() => Assert.Equal("""["http_url"]""", Bot.GetProperty("parameters").GetProperty("required").GetRawText());

    [Fact]
    public void Bots_are_in_the_order_of_their_names_and_wrong_ones_are_left_out()
    {
        const string Body = " : Output { protected override ValueTask WriteAsync(Message m, CancellationToken c) => default; }\n";
        var snippet = new Compiled(
            "[Bot(\"intelmq.bots.outputs.acme.b\")] public sealed class A" + Body
            + "[Bot(\"intelmq.bots.outputs.acme.a\")] public sealed class B" + Body
            + "[Bot(\"intelmq.bots.outputs.acme.c\")] public abstract class C" + Body
            + "[Bot(\"intelmq.bots.outputs.acme.d\")] public sealed class D(int i)" + Body
            + "[Bot(\"intelmq.bots.outputs.acme.a\")] public sealed class E" + Body);

        Assert.Equal(["intelmq.bots.outputs.acme.a", "intelmq.bots.outputs.acme.b"], snippet.Manifest.EnumerateArray().Select(static b => b.GetProperty("name").GetString()));
        Assert.Equal(["intelmq.bots.outputs.acme.a", "intelmq.bots.outputs.acme.b"], snippet.Entry.Bots.Select(static b => b.Name));
    }

    [Fact]
    public void An_assembly_without_bots_gets_no_manifest() =>
        Assert.Single(new Compiled("class C { }").Compilation.SyntaxTrees.Skip(1));

    [Fact]
    public void A_change_elsewhere_does_not_make_the_generator_work_again()
    {
        var compilation = Compiled.Compile(Special);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new BotGenerator().AsSourceGenerator()],
            parseOptions: (CSharpParseOptions)compilation.SyntaxTrees.First().Options,
            driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGenerators(compilation, TestContext.Current.CancellationToken);
        var changed = compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class Other { }", (CSharpParseOptions)compilation.SyntaxTrees.First().Options, cancellationToken: TestContext.Current.CancellationToken));

        var run = driver.RunGenerators(changed, TestContext.Current.CancellationToken).GetRunResult().Results.Single();

        Assert.All(run.TrackedSteps[BotGenerator.BotsStep].SelectMany(static s => s.Outputs), static o => Assert.True(o.Reason is IncrementalStepRunReason.Unchanged or IncrementalStepRunReason.Cached));
    }
}
