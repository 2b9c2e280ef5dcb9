using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace IntelMQ.Sdk.Generators.Tests;

public sealed class AnalyzerTests
{
    /// <summary>What the analyzer says about a snippet: the id, and the source text it points at.</summary>
    static async Task<IReadOnlyList<Finding>> Analyze(string source, bool builtIn = false, DocumentationMode comments = DocumentationMode.Diagnose)
    {
        var compilation = Compiled.Compile(source, "Acme.Bots", comments);
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(static d => d.Severity == DiagnosticSeverity.Error));
        var options = new AnalyzerOptions([], new Properties(builtIn));
        var found = await compilation.WithAnalyzers([new BotAnalyzer()], options).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. found.OrderBy(static d => d.Location.SourceSpan.Start).Select(static d => new Finding(d.Id, d.Location.SourceTree!.ToString().Substring(d.Location.SourceSpan.Start, d.Location.SourceSpan.Length), d.GetMessage()))];
    }

    static string Expert(string name, string className = "SpecialExpert", string constructor = "", string body = "") => $$"""
        /// <summary>Does something.</summary>
        [Bot("{{name}}")]
        public sealed class {{className}}{{constructor}} : Expert
        {
            protected override async ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
            {
                {{body}}
                await emitter.SendAsync(message);
            }
        }

        """;

    static string Options(string properties, string kind = "sealed record", string name = "SpecialOptions") =>
        $"public {kind} {name} : BotOptions {{ {properties} }}\n";

    [Fact]
    public async Task A_good_bot_gives_nothing_to_complain_about() => Assert.Empty(await Analyze(
        Expert("intelmq.bots.experts.acme.special", constructor: "(SpecialOptions options, IDnsResolver dns, TimeProvider? time)", body: "_ = (options, dns, time);")
        + Options("/// <summary>Text to add.</summary>\npublic string Text { get; init; } = \"x\";")));

    [Theory]
    [InlineData("special")]
    [InlineData("intelmq.bots.experts.Acme.Special")]
    [InlineData("intelmq.bots.expert.acme.special")]
    [InlineData("intelmq.bots.experts.acme-corp.special")]
    [InlineData("intelmq.bots.experts.")]
    public async Task A_malformed_name_is_an_error_with_an_example(string name)
    {
        var finding = Assert.Single(await Analyze(Expert(name)));

        Assert.Equal("IMQ001", finding.Id);
        Assert.Equal($"Bot(\"{name}\")", finding.At);
        Assert.Contains("'intelmq.bots.experts.acme.special_expert'", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_group_must_be_that_of_the_base_class()
    {
        var finding = Assert.Single(await Analyze(Expert("intelmq.bots.parsers.acme.special")));

        Assert.Equal("IMQ002", finding.Id);
        Assert.Contains("name it 'intelmq.bots.experts.acme.special'", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_bots_with_one_name_are_an_error_at_the_second()
    {
        var finding = Assert.Single(await Analyze(Expert("intelmq.bots.experts.acme.x", "Second") + Expert("intelmq.bots.experts.acme.x", "First")));

        Assert.Equal("IMQ003", finding.Id);
        Assert.Contains("First", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("public sealed class X { }", "derive it from")]
    [InlineData("public abstract class X : Expert { }", "it is abstract")]
    [InlineData("public sealed class X : Expert { private X() { } protected override ValueTask ProcessAsync(Message m, IEmitter e, CancellationToken c) => default; }", "no public or internal constructor")]
    [InlineData("public sealed class X : Expert { public X() { } public X(TimeProvider t) { } protected override ValueTask ProcessAsync(Message m, IEmitter e, CancellationToken c) => default; }", "several constructors")]
    [InlineData("public sealed class X<T> : Expert { protected override ValueTask ProcessAsync(Message m, IEmitter e, CancellationToken c) => default; }", "it is generic")]
    public async Task A_class_that_the_host_cannot_create_is_an_error_with_the_reason(string declaration, string reason)
    {
        var finding = Assert.Single(await Analyze($"/// <summary>X.</summary>\n[Bot(\"intelmq.bots.experts.acme.x\")]\n{declaration}"));

        Assert.Equal("IMQ004", finding.Id);
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DateTime")]
    [InlineData("string[]")]
    [InlineData("List<string>")]
    [InlineData("IReadOnlyList<int>")]
    [InlineData("decimal")]
    public async Task A_parameter_of_another_type_is_an_error(string type)
    {
        var finding = Assert.Single(await Analyze(Options($"public {type}? When {{ get; init; }}")));

        Assert.Equal(("IMQ005", "When"), (finding.Id, finding.At));
    }

    [Fact]
    public async Task A_default_that_is_no_constant_is_a_warning_unless_its_json_is_given()
    {
        var findings = await Analyze(Options("""
            /// <summary>A.</summary>
            public string A { get; init; } = Environment.MachineName;
            /// <summary>B.</summary>
            [Parameter(DefaultJson = "\"the name of the machine\"")] public string B { get; init; } = Environment.MachineName;
            /// <summary>C.</summary>
            public required string C { get; init; }
            """));

        Assert.Equal(("IMQ006", "A"), (Assert.Single(findings).Id, findings[0].At));
    }

    [Fact]
    public async Task A_bot_or_parameter_without_summary_is_a_warning()
    {
        var findings = await Analyze(Options("public int Count { get; init; }") + """
            [Bot("intelmq.bots.outputs.acme.x")]
            public sealed class XOutput : Output { protected override ValueTask WriteAsync(Message m, CancellationToken c) => default; }
            """);

        Assert.Equal([("IMQ007", "Count"), ("IMQ007", "XOutput")], findings.Select(static f => (f.Id, f.At)));
    }

    [Fact]
    public async Task Two_parameters_with_one_name_are_an_error_even_when_one_is_inherited()
    {
        var findings = await Analyze(
            Options("/// <summary>A.</summary>\npublic int Count { get; init; }", "abstract record", "BaseOptions")
            + "public sealed record SpecialOptions : BaseOptions { /// <summary>B.</summary>\n[Parameter(Name = \"count\")] public int Number { get; init; } }");

        Assert.Equal("IMQ008", Assert.Single(findings).Id);
    }

    [Fact]
    public async Task A_name_without_organization_is_a_warning_with_a_proposal()
    {
        var finding = Assert.Single(await Analyze(Expert("intelmq.bots.experts.lonely")));

        Assert.Equal("IMQ009", finding.Id);
        Assert.Contains("'intelmq.bots.experts.acme.lonely'", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_of_a_bot_of_intelmq_is_taken_except_for_intelmq()
    {
        var source = Expert("intelmq.bots.experts.deduplicator.expert");

        Assert.Equal("IMQ010", Assert.Single(await Analyze(source)).Id);
        Assert.Empty(await Analyze(source, builtIn: true));
    }

    [Fact]
    public async Task A_bot_with_two_options_records_is_an_error()
    {
        var findings = await Analyze(
            Expert("intelmq.bots.experts.acme.x", constructor: "(A a, B b)", body: "_ = (a, b);") + Options("", name: "A") + Options("", name: "B"));

        Assert.Equal(("IMQ011", "SpecialExpert"), (Assert.Single(findings).Id, findings[0].At));
    }

    [Theory]
    [InlineData("public abstract record O : BotOptions;", "it is abstract")]
    [InlineData("/// <param name=\"Text\">T.</param>\npublic sealed record O(string Text) : BotOptions;", "no constructor without parameters")]
    public async Task An_options_record_that_cannot_be_created_is_an_error_with_the_reason(string declaration, string reason)
    {
        var findings = await Analyze(Expert("intelmq.bots.experts.acme.x", constructor: "(O o)", body: "_ = o;") + declaration);

        Assert.Contains(reason, Assert.Single(findings, static f => f.Id == "IMQ012").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("")]
    [InlineData("[1,]")]
    [InlineData("{\"a\" 1}")]
    [InlineData("01")]
    [InlineData("\"open")]
    [InlineData("1 2")]
    public async Task A_default_that_is_no_json_is_an_error(string json)
    {
        var literal = Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(json, quote: true);
        var findings = await Analyze(Options($"/// <summary>A.</summary>\n[Parameter(DefaultJson = {literal})] public string A {{ get; init; }} = \"\";"));

        Assert.Equal("IMQ013", Assert.Single(findings).Id);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("-1.5e3")]
    [InlineData(" { \"a\" : [ true, \"\\u00e9\\n\", {}, [] ] } ")]
    public async Task A_default_that_is_json_is_accepted(string json)
    {
        var literal = Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(json, quote: true);

        Assert.Empty(await Analyze(Options($"/// <summary>A.</summary>\n[Parameter(DefaultJson = {literal})] public string A {{ get; init; }} = \"\";")));
    }

    [Theory]
    [InlineData("int", "number")]
    [InlineData("string", "text")]
    public async Task A_constructor_that_asks_for_a_plain_value_is_an_error(string type, string name)
    {
        var findings = await Analyze(Expert("intelmq.bots.experts.acme.x", constructor: $"({type} {name})", body: $"_ = {name};"));

        Assert.Equal(("IMQ014", name), (Assert.Single(findings).Id, findings[0].At));
    }

    [Theory]
    [InlineData("Console.WriteLine(\"x\");", "System.Console.WriteLine")]
    [InlineData("Console.Out.Flush();", "System.Console.Out")]
    [InlineData("Environment.Exit(1);", "System.Environment.Exit")]
    [InlineData("Environment.CurrentDirectory = \"/\";", "System.Environment.CurrentDirectory")]
    public async Task A_call_that_takes_what_belongs_to_the_host_is_a_warning(string statement, string member)
    {
        var finding = Assert.Single(await Analyze(Expert("intelmq.bots.experts.acme.x", body: statement)));

        Assert.Equal("IMQ020", finding.Id);
        Assert.StartsWith(member, finding.Message, StringComparison.Ordinal);
    }

    const string Upgrade = "/// <summary>Renames a parameter.</summary>\n";
    const string UpgradeBody = "{ public ConfiguredBot Upgrade(ConfiguredBot bot) => bot; }\n";

    [Theory]
    [InlineData("public sealed class X")]
    [InlineData("public abstract class X : IConfigurationUpgrade")]
    [InlineData("public sealed class X<T> : IConfigurationUpgrade")]
    [InlineData("public sealed class X(int i) : IConfigurationUpgrade")]
    public async Task An_upgrade_that_the_host_cannot_create_is_an_error(string declaration)
    {
        var body = declaration.Contains("(int i)", StringComparison.Ordinal) ? "{ public ConfiguredBot Upgrade(ConfiguredBot bot) { _ = i; return bot; } }" : UpgradeBody;

        Assert.Equal(("IMQ015", "X"), (await Analyze($"{Upgrade}[ConfigurationUpgrade(\"intelmq.bots.experts.acme.x\", \"1.0.0\")] {declaration} {body}")).Select(f => (f.Id, f.At)).Single());
    }

    [Theory]
    [InlineData("public sealed class X : IConfigurationUpgrade " + UpgradeBody, "[ConfigurationUpgrade]")]
    [InlineData("public sealed class X : IPackageCheck { public IEnumerable<CheckResult> Check(IReadOnlyList<ConfiguredBot> bots) => []; }", "[PackageCheck]")]
    public async Task An_upgrade_or_check_without_its_attribute_is_a_warning(string source, string attribute)
    {
        var finding = Assert.Single(await Analyze(source));

        Assert.Equal("IMQ016", finding.Id);
        Assert.Contains(attribute, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("intelmq.bots.experts.taxonomy.expert", "1.0.0", "is a bot of IntelMQ itself")]
    [InlineData("acme", "1.0.0", "is no name of a bot")]
    [InlineData("intelmq.bots.experts.acme.x", "1.0", "is no version")]
    [InlineData("intelmq.bots.experts.acme.x", "1.0.01", "is no version")]
    public async Task An_upgrade_for_nothing_that_it_could_change_is_an_error(string module, string version, string reason)
    {
        var finding = Assert.Single(await Analyze($"{Upgrade}[ConfigurationUpgrade(\"{module}\", \"{version}\")] public sealed class X : IConfigurationUpgrade {UpgradeBody}"));

        Assert.Equal("IMQ017", finding.Id);
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upgrade_and_a_check_without_a_summary_are_warnings() => Assert.Equal(
        ["IMQ007", "IMQ007"],
        (await Analyze($$"""
            [ConfigurationUpgrade("intelmq.bots.experts.acme.x", "1.0.0")] public sealed class X : IConfigurationUpgrade {{UpgradeBody}}
            [PackageCheck] public sealed class Y : IPackageCheck { public IEnumerable<CheckResult> Check(IReadOnlyList<ConfiguredBot> bots) => []; }
            """)).Select(f => f.Id));

    [Fact]
    public async Task Where_comments_are_not_read_the_warning_names_the_switch_instead_of_a_missing_summary()
    {
        var finding = Assert.Single(await Analyze(Expert("intelmq.bots.experts.acme.special"), comments: DocumentationMode.None));

        Assert.Equal("IMQ007", finding.Id);
        Assert.Contains("GenerateDocumentationFile", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("has no <summary>", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bot_that_nobody_could_configure_is_a_warning_with_a_name_for_it()
    {
        const string Body = "{ protected override ValueTask EnrichAsync(Event e, CancellationToken c) => default; }";

        var finding = Assert.Single(await Analyze($"public sealed class LostExpert : Enricher {Body}\npublic abstract class BaseExpert : Enricher {Body}"));

        Assert.Equal(("IMQ018", "LostExpert"), (finding.Id, finding.At));
        Assert.Contains("[Bot(\"intelmq.bots.experts.acme.lost_expert\")]", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_diagnostic_is_documented()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(directory.FullName, "IntelMQ.slnx"))) directory = directory.Parent!;
        var documentation = System.IO.File.ReadAllText(Path.Combine(directory.FullName, "docs/dev/diagnostics.md"));

        foreach (var descriptor in Diagnostics.All)
        {
            Assert.Contains($"## {descriptor.Id} — {descriptor.Title}", documentation, StringComparison.Ordinal);
        }

        foreach (var id in new[] { "IMQ100", "IMQ101", "IMQ102", "IMQ103", "IMQ104", "IMQ105" }) Assert.Contains($"## {id} ", documentation, StringComparison.Ordinal);
    }

    sealed record Finding(string Id, string At, string Message);

    sealed class Properties(bool builtIn) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(builtIn);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        sealed class Values(bool builtIn) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
            {
                value = builtIn && key == "build_property.IntelMQBuiltIn" ? "true" : null;
                return value is not null;
            }
        }
    }
}
