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

    sealed class Log : IBuildEngine
    {
        public List<string> Lines { get; } = [];

        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "Acme.Bots.csproj";

        public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;

        public void LogCustomEvent(CustomBuildEventArgs e) => Lines.Add(e.Message ?? "");

        public void LogErrorEvent(BuildErrorEventArgs e) => Lines.Add($"error {e.Code} {e.Message}");

        public void LogMessageEvent(BuildMessageEventArgs e)
        {
        }

        public void LogWarningEvent(BuildWarningEventArgs e) => Lines.Add($"warning {e.Code} {e.Message}");
    }
}
