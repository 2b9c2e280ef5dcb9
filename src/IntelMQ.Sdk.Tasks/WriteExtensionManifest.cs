using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace IntelMQ.Sdk.Tasks;

/// <summary>
/// Composes <c>extension.json</c> from what the source generator left in the compiled assembly and from properties of
/// the project. The assembly is read as bytes; none of its code runs.
/// </summary>
public sealed class WriteExtensionManifest : Microsoft.Build.Utilities.Task
{
    /// <summary>The compiled assembly.</summary>
    [Required]
    public string AssemblyPath { get; set; } = "";

    /// <summary>Where to write; left alone when nothing changes.</summary>
    [Required]
    public string OutputPath { get; set; } = "";

    /// <summary>Id of the package.</summary>
    [Required]
    public string PackageId { get; set; } = "";

    /// <summary>Version of the package.</summary>
    [Required]
    public string PackageVersion { get; set; } = "";

    /// <summary>For example <c>net10.0</c>; also the name of the folder with the assembly.</summary>
    [Required]
    public string TargetFramework { get; set; } = "";

    /// <summary>Version of the SDK compiled against.</summary>
    [Required]
    public string SdkVersion { get; set; } = "";

    /// <summary>The reference assembly of the SDK compiled against.</summary>
    [Required]
    public string SdkPath { get; set; } = "";

    /// <summary>Everything that goes beside the assembly, with <c>RelativePath</c> and the ids of the packages it is from.</summary>
    public ITaskItem[] Files { get; set; } = [];

    /// <summary>Title of the package.</summary>
    public string? Title { get; set; }

    /// <summary>Description of the package.</summary>
    public string? Description { get; set; }

    /// <summary>Authors of the package.</summary>
    public string? Authors { get; set; }

    /// <summary>SPDX expression.</summary>
    public string? License { get; set; }

    /// <summary>Home page.</summary>
    public string? ProjectUrl { get; set; }

    /// <summary>Repository of the source.</summary>
    public string? RepositoryUrl { get; set; }

    /// <summary>Commit of the source.</summary>
    public string? RepositoryCommit { get; set; }

    /// <summary><c>process</c> when no bot of the package can share a process with others.</summary>
    public string? Isolation { get; set; }

    /// <summary><c>fields.yaml</c>: fields that the package adds to the data format; empty when there is none.</summary>
    public string? FieldsFile { get; set; }

    /// <summary>Files <c>feeds.yaml</c>: feeds that its bots are for.</summary>
    public string[] FeedsFiles { get; set; } = [];

    /// <summary>Documentation pages, with <c>PackagePath</c>: their path in the package.</summary>
    public ITaskItem[] Pages { get; set; } = [];

    /// <inheritdoc />
    public override bool Execute()
    {
        using var assembly = new PEReader(File.OpenRead(AssemblyPath));
        var metadata = assembly.GetMetadataReader();
        if (AssemblyFacts.MetadataValue(metadata, "IntelMQ.Bots") is not { } bots)
        {
            Error("IMQ100", $"{Path.GetFileName(AssemblyPath)} has no bots, so it is no extension package. Add a class with [Bot(\"intelmq.bots.<group>.<organization>.<name>\")], or set <IsIntelMQExtension>false</IsIntelMQExtension> if it is not meant to be one.");
            return false;
        }

        if (Array.Exists(Files, static f => Path.GetFileName(RelativePath(f)).Equals("IntelMQ.Sdk.dll", StringComparison.OrdinalIgnoreCase)))
            Error("IMQ101", "IntelMQ.Sdk.dll would be shipped inside the extension, where it could only disagree with the host's. Reference the package IntelMQ.Sdk, not its assembly, and IntelMQ.Sdk.Testing from test projects only.");
        if (string.IsNullOrWhiteSpace(Description) || Description == "Package Description")
        {
            Description = null;
            Log.LogWarning(null, "IMQ102", null, null, 0, 0, 0, 0, "The package has no description; operators see it in 'intelmqctl extensions list'. Add <Description> to the project.");
        }

        var contributions = Contributions(metadata);
        WriteIfChanged(Compose(bots, contributions, LowestSdk(metadata)));
        return !Log.HasLoggedErrors;
    }

    void Error(string code, string message) => Log.LogError(null, code, null, AssemblyPath, 0, 0, 0, 0, message);

    /// <summary>What the package gives besides bots: member of the manifest and JSON, null where there is nothing.</summary>
    (string Name, string? Json)[] Contributions(MetadataReader metadata)
    {
        var pages = Pages.Select(static page => (page.GetMetadata("FullPath"), page.GetMetadata("PackagePath").Replace('\\', '/')));
        return
        [
            ("fields", Read("IMQ103", problems => string.IsNullOrEmpty(FieldsFile) ? null : Tasks.FieldsFile.Read(FieldsFile!, problems))),
            ("feeds", Read("IMQ104", problems => FeedsFile.Read(FeedsFiles, problems))),
            ("pages", Read("IMQ105", problems => DocumentationPages.Read(pages, problems))),
            ("upgrades", AssemblyFacts.MetadataValue(metadata, "IntelMQ.Upgrades")),
            ("checks", AssemblyFacts.MetadataValue(metadata, "IntelMQ.Checks")),
        ];
    }

    string? Read(string code, Func<List<FileProblem>, string?> read)
    {
        var problems = new List<FileProblem>();
        var json = read(problems);
        foreach (var problem in problems) Log.LogError(null, code, null, problem.File, problem.Line, problem.Column, 0, 0, problem.Text);
        return json;
    }

    Version LowestSdk(MetadataReader metadata)
    {
        using var sdk = new PEReader(File.OpenRead(SdkPath));
        return new SdkUse(sdk.GetMetadataReader()).LowestVersion(metadata, (member, since) => Log.LogMessage(MessageImportance.Low, "{0} is there since SDK {1}", member, since));
    }

    string Compose(string bots, (string Name, string? Json)[] contributions, Version lowest)
    {
        var least = lowest.ToString(3);
        var runtime = new ManifestObject(4)
            .Add("kind", "dotnet").Add("framework", TargetFramework).Add("entry", $"{TargetFramework}/{Path.GetFileName(AssemblyPath)}")
            .AddList("platforms", Platforms());
        var manifest = new ManifestObject(2)
            .AddRaw("manifestVersion", "1")
            .Add("id", PackageId).Add("version", PackageVersion).Add("title", Title).Add("description", Description).Add("authors", Authors)
            .Add("license", License).Add("projectUrl", ProjectUrl).Add("repository", RepositoryUrl).Add("commit", RepositoryCommit)
            .AddRaw("sdk", new ManifestObject(4).Add("built", SdkVersion).Add("min", least).Add("range", $"[{least}, {lowest.Major + 1}.0.0)").ToString())
            .AddRaw("runtime", runtime.ToString())
            .Add("isolation", Isolation)
            .AddRaw("dependencies", Dependencies().ToString())
            .AddRaw("bots", bots);
        foreach (var (name, json) in contributions)
            if (json is not null)
                manifest.AddRaw(name, json);
        return manifest + "\n";
    }

    IEnumerable<string> Platforms() => Files
        .Select(RelativePath)
        .Where(static path => path.StartsWith("runtimes/", StringComparison.Ordinal) && path.Contains("/native/"))
        .Select(static path => path.Split('/')[1])
        .Distinct()
        .OrderBy(static platform => platform, StringComparer.Ordinal);

    ManifestObject Dependencies()
    {
        var dependencies = new ManifestObject(4);
        foreach (var (id, version) in Files.Select(static f => (f.GetMetadata("NuGetPackageId"), f.GetMetadata("NuGetPackageVersion"))).Distinct().OrderBy(static d => d.Item1, StringComparer.Ordinal))
            if (id.Length > 0)
                dependencies.Add(id, version);
        return dependencies;
    }

    static string RelativePath(ITaskItem file) => file.GetMetadata("RelativePath").Replace('\\', '/');

    void WriteIfChanged(string text)
    {
        if (File.Exists(OutputPath) && File.ReadAllText(OutputPath) == text) return;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(OutputPath))!);
        File.WriteAllText(OutputPath, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}
