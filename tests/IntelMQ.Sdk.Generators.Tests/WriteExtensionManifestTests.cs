using System.Collections;
using System.Text.Json;
using IntelMQ.Sdk.Tasks;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace IntelMQ.Sdk.Generators.Tests;

public sealed class WriteExtensionManifestTests : IDisposable
{
    const string Bots = """
        [Bot("intelmq.bots.outputs.acme.nothing")]
        public sealed class NothingOutput : Output { protected override ValueTask WriteAsync(Message m, CancellationToken c) => default; }
        """;

    readonly string _directory = Directory.CreateTempSubdirectory("manifest").FullName;
    readonly Log _log = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    WriteExtensionManifest Writer(string source)
    {
        var assembly = Path.Combine(_directory, "Acme.Bots.dll");
        System.IO.File.WriteAllBytes(assembly, new Compiled(source).Bytes);
        return new()
        {
            BuildEngine = _log,
            AssemblyPath = assembly,
            OutputPath = Path.Combine(_directory, "out", "extension.json"),
            PackageId = "Acme.Bots",
            PackageVersion = "1.2.3",
            TargetFramework = "net10.0",
            SdkVersion = "1.0.0",
            SdkPath = typeof(Bot).Assembly.Location,
            Description = "Bots of \"Acme\".",
            Authors = "Acme",
        };
    }

    static TaskItem File(string relativePath, string package = "", string version = "") => new(relativePath, new Dictionary<string, string>
    {
        ["RelativePath"] = relativePath, ["NuGetPackageId"] = package, ["NuGetPackageVersion"] = version,
    });

    [Fact]
    public void The_manifest_has_what_the_project_and_the_assembly_say()
    {
        var writer = Writer(Bots);
        writer.Files = [File("Acme.Bots.dll"), File("Newtonsoft.Json.dll", "Newtonsoft.Json", "13.0.3"), File("runtimes\\linux-x64\\native\\libe.so", "E", "2.0.0")];

        Assert.True(writer.Execute(), string.Join("\n", _log.Lines));

        using var manifest = JsonDocument.Parse(System.IO.File.ReadAllText(writer.OutputPath));
        var root = manifest.RootElement;
        Assert.Equal(1, root.GetProperty("manifestVersion").GetInt32());
        Assert.Equal("Acme.Bots", root.GetProperty("id").GetString());
        Assert.Equal("1.2.3", root.GetProperty("version").GetString());
        Assert.Equal("Bots of \"Acme\".", root.GetProperty("description").GetString());
        Assert.Equal("[1.0.0, 2.0.0)", root.GetProperty("sdk").GetProperty("range").GetString());
        Assert.Equal("net10.0/Acme.Bots.dll", root.GetProperty("runtime").GetProperty("entry").GetString());
        Assert.Equal("linux-x64", root.GetProperty("runtime").GetProperty("platforms")[0].GetString());
        Assert.Equal("13.0.3", root.GetProperty("dependencies").GetProperty("Newtonsoft.Json").GetString());
        Assert.Equal("intelmq.bots.outputs.acme.nothing", root.GetProperty("bots")[0].GetProperty("name").GetString());
        Assert.False(root.TryGetProperty("title", out _));
    }

    [Fact]
    public void A_manifest_that_would_not_change_is_left_alone()
    {
        var writer = Writer(Bots);
        writer.Execute();
        var before = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        System.IO.File.SetLastWriteTimeUtc(writer.OutputPath, before);

        writer.Execute();

        Assert.Equal(before, System.IO.File.GetLastWriteTimeUtc(writer.OutputPath));
    }

    [Fact]
    public void An_assembly_without_bots_is_an_error()
    {
        Assert.False(Writer("public class C { }").Execute());
        Assert.StartsWith("error IMQ100", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void The_sdk_may_not_be_shipped()
    {
        var writer = Writer(Bots);
        writer.Files = [File("IntelMQ.Sdk.dll")];

        Assert.False(writer.Execute());
        Assert.StartsWith("error IMQ101", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Package Description")]
    public void A_package_without_description_is_a_warning(string description)
    {
        var writer = Writer(Bots);
        writer.Description = description;

        Assert.True(writer.Execute());
        Assert.StartsWith("warning IMQ102", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public void Fields_feeds_and_pages_are_in_the_manifest()
    {
        var writer = Writer(Bots);
        writer.FieldsFile = Write("fields.yaml", """
            event:
              acme.severity: { type: Integer, description: "How bad it is: 0 to 10." }
              acme.code:
                type: String
                length: 8
                regex: '^\d+$'
                iregex: "^[a-z]"
                description: A "code".
            report:
              acme.batch: { "type": "String", "description": "JSON is YAML, too." }
            """);
        writer.FeedsFiles = [Write("feeds.yaml", """
            providers:
              Acme:
                Special:
                  description: The feed.
                  additional_information: null
                  documentation: https://example.com/
                  revision: 2026-11-24
                  public: true
                  bots:
                    collector:
                      module: intelmq.bots.collectors.http.collector_http
                      parameters: { http_url: "https://example.com/feed", rate_limit: 3600, name: __FEED__, ssl: false, x: [1, 0.5, ~, '007'] }
                    parser:
                      module: intelmq.bots.parsers.acme.special
                      parameters:
            """)];
        writer.Pages = [Page("b.md", "Text only\n", "docs/b.md"), Page("a.md", "Intro\n# The *first* heading\n## second\n", "docs/more\\a.md")];

        Assert.True(writer.Execute(), string.Join("\n", _log.Lines));

        using var manifest = JsonDocument.Parse(System.IO.File.ReadAllText(writer.OutputPath));
        string Member(string name) => JsonSerializer.Serialize(manifest.RootElement.GetProperty(name), Plain);
        Assert.Equal("""{"event":{"acme.severity":{"type":"Integer","description":"How bad it is: 0 to 10."},"acme.code":{"type":"String","length":8,"regex":"^\\d+$","iregex":"^[a-z]","description":"A \"code\"."}},"report":{"acme.batch":{"type":"String","description":"JSON is YAML, too."}}}""", Member("fields"));
        Assert.Equal(
            """[{"provider":"Acme","name":"Special","description":"The feed.","documentation":"https://example.com/","revision":"2026-11-24","public":true,"bots":{"collector":{"module":"intelmq.bots.collectors.http.collector_http","parameters":{"http_url":"https://example.com/feed","rate_limit":3600,"name":"__FEED__","ssl":false,"x":[1,0.5,null,"007"]}},"parser":{"module":"intelmq.bots.parsers.acme.special"}}}]""",
            Member("feeds"));
        Assert.Equal("""[{"path":"docs/b.md","title":"b"},{"path":"docs/more/a.md","title":"The *first* heading"}]""", Member("pages"));
        Assert.False(manifest.RootElement.TryGetProperty("upgrades", out _));
    }

    static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    TaskItem Page(string file, string text, string path) => new(Write(file, text), new Dictionary<string, string> { ["PackagePath"] = path });

    [Theory]
    [InlineData("event: { acme.x: { type: Integer", "this is no YAML")]
    [InlineData("- a", "has to be one map")]
    [InlineData("events: { acme.x: { type: Integer, description: d } }", "there is no kind of message 'events'")]
    [InlineData("event: [acme.x]", "event: a list stands there; expected a map")]
    [InlineData("event: { Acme.X: { type: Integer, description: d } }", "event: Acme.X: the name is not allowed")]
    [InlineData("event: { acme.x: { type: Number, description: d } }", "there is no type 'Number'; expected one of ASN")]
    [InlineData("event: { acme.x: { description: d } }", "the option 'type' is missing")]
    [InlineData("event: { acme.x: { type: Integer } }", "the option 'description' is missing")]
    [InlineData("event: { acme.x: { type: String, description: d, length: many } }", "length: 'many' stands there; expected a whole number")]
    [InlineData("event: { acme.x: { type: String, description: [d] } }", "description: a list stands there; expected a text")]
    [InlineData("event: { acme.x: { type: String, description: d, max: 3 } }", "there is no option 'max'")]
    [InlineData("event: { acme.x: { type: String, type: String, description: d } }", "Duplicate key")]
    [InlineData("event: { source.ip: { type: String, description: d } }", "IntelMQ has this field itself")]
    public void A_wrong_fields_file_is_an_error_with_its_place(string yaml, string reason) => Refuses("IMQ103", writer => writer.FieldsFile = Write("fields.yaml", yaml), "fields.yaml", reason);

    [Theory]
    [InlineData("feeds: {}", "'feeds' is not known here; expected providers")]
    [InlineData("providers: { Acme: { Special: { bots: { collector: { module: intelmq.bots.collectors.acme.x } } } } }", "the option 'description' is missing")]
    [InlineData("providers: { Acme: { Special: { description: d } } }", "the option 'bots' is missing")]
    [InlineData("providers: { Acme: { Special: { description: d, bots: {} } } }", "is empty; a feed needs at least a collector")]
    [InlineData("providers: { Acme: { Special: { description: d, bots: { collectors: {} } } } }", "there is no kind of bot 'collectors'")]
    [InlineData("providers: { Acme: { Special: { description: d, bots: { collector: { parameters: {} } } } } }", "the option 'module' is missing")]
    [InlineData("providers: { Acme: { Special: { description: d, bots: { collector: { module: intelmq.bots.parsers.acme.x } } } } }", "is no name of a collector")]
    [InlineData("providers: { Acme: { Special: { description: d, bots: { collector: { module: intelmq.bots.collectors.acme.x, parameters: [1] } } } } }", "a list stands there; expected a map")]
    [InlineData("providers: { Acme: { Special: { description: d, bots: { collector: { module: intelmq.bots.collectors.acme.x, parameters: { a: .nan } } } } } }", ".nan has no form in JSON")]
    [InlineData("providers: { Acme: { Special: { description: d, bots: { collector: { module: intelmq.bots.collectors.acme.x, url: u } } } } }", "there is no option 'url'")]
    [InlineData("providers: { Acme: { Special: { description: d, public: maybe, bots: { collector: { module: intelmq.bots.collectors.acme.x } } } } }", "expected true or false")]
    [InlineData("providers: { Acme: { Special: { description: d, status: on, bots: { collector: { module: intelmq.bots.collectors.acme.x } } } } }", "there is no option 'status'")]
    public void A_wrong_feeds_file_is_an_error_with_its_place(string yaml, string reason) => Refuses("IMQ104", writer => writer.FeedsFiles = [Write("feeds.yaml", yaml)], "feeds.yaml", reason);

    [Fact]
    public void Files_beside_bots_are_one_list_and_a_feed_stands_in_one_of_them()
    {
        const string Feed = "{ description: d, bots: { collector: { module: intelmq.bots.collectors.acme.x } } }";
        var (b, a) = (Write("b.yaml", $"providers: {{ Acme: {{ Second: {Feed} }} }}"), Write("a.yaml", $"providers: {{ Zeta: {{ First: {Feed} }}, acme: {{ x: {Feed} }} }}"));
        var writer = Writer(Bots);
        writer.FeedsFiles = [b, a];

        Assert.True(writer.Execute());

        using var manifest = JsonDocument.Parse(System.IO.File.ReadAllText(writer.OutputPath));
        Assert.Equal(["Acme: Second", "Zeta: First", "acme: x"], manifest.RootElement.GetProperty("feeds").EnumerateArray().Select(feed => $"{feed.GetProperty("provider")}: {feed.GetProperty("name")}"));
        Refuses("IMQ104", again => again.FeedsFiles = [a, b, Write("c.yaml", $"providers: {{ Acme: {{ Second: {Feed} }} }}")], "c.yaml", "providers.Acme.Second is described in");
    }

    [Fact]
    public void A_page_with_characters_that_control_a_terminal_is_an_error() =>
        Refuses("IMQ105", writer => writer.Pages = [Page("bad.md", "# Title\n\u001b[2J", "docs/bad.md")], "bad.md", "the page has the control character U+001B");

    [Fact]
    public void A_page_that_is_no_text_is_an_error()
    {
        var path = Path.Combine(_directory, "latin.md");
        System.IO.File.WriteAllBytes(path, [0x23, 0x20, 0xE4]);
        Refuses("IMQ105", writer => writer.Pages = [new TaskItem(path, new Dictionary<string, string> { ["PackagePath"] = "docs/latin.md" })], "latin.md", "is not UTF-8");
    }

    void Refuses(string code, Action<WriteExtensionManifest> change, string file, string reason)
    {
        var writer = Writer(Bots);
        change(writer);

        Assert.False(writer.Execute());
        var line = Assert.Single(_log.Lines);
        Assert.StartsWith($"error {code} ", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.Contains(file, _log.Places.Single(), StringComparison.Ordinal);
    }

    sealed class Log : IBuildEngine
    {
        public List<string> Lines { get; } = [];

        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "Acme.Bots.csproj";

        public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;

        public void LogCustomEvent(CustomBuildEventArgs e) => Lines.Add(e.Message ?? "");

        public void LogErrorEvent(BuildErrorEventArgs e)
        {
            Lines.Add($"error {e.Code} {e.Message}");
            Places.Add($"{e.File}:{e.LineNumber}:{e.ColumnNumber}");
        }

        public List<string> Places { get; } = [];

        public void LogMessageEvent(BuildMessageEventArgs e)
        {
        }

        public void LogWarningEvent(BuildWarningEventArgs e) => Lines.Add($"warning {e.Code} {e.Message}");
    }
}
