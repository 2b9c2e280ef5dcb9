using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace IntelMQ.Extensions.Tests;

/// <summary>A package as a stranger's build makes it: a manifest, an assembly, its dependencies. Can be laid out as installed or packed.</summary>
internal sealed class TestPackage
{
    readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public TestPackage(string id, string version, params string[] bots)
    {
        (Id, Version, Bots) = (id, version, bots);
        Manifest = new JsonObject
        {
            ["manifestVersion"] = 1,
            ["id"] = id,
            ["version"] = version,
            ["description"] = $"Bots of {id}",
            ["sdk"] = new JsonObject { ["built"] = "1.0.0", ["min"] = "1.0.0", ["range"] = "[1.0.0, 2.0.0)" },
            ["runtime"] = new JsonObject { ["kind"] = "dotnet", ["framework"] = "net10.0", ["entry"] = $"net10.0/{id}.dll" },
            ["bots"] = new JsonArray([.. bots.Select(Bot)]),
        };
    }

    public string Id { get; }

    public string Version { get; }

    public IReadOnlyList<string> Bots { get; }

    public JsonObject Manifest { get; }

    public static JsonNode Bot(string name) => new JsonObject
    {
        ["name"] = name,
        ["group"] = name.Split('.')[2],
        ["summary"] = $"What {name} does.",
        ["parameters"] = JsonNode.Parse("""{ "type": "object", "required": ["url"], "properties": { "url": { "type": "string", "format": "uri" }, "pause": { "type": "number", "default": 5 } } }"""),
    };

    /// <summary>Compiles its bots; their text is <paramref name="text"/>.</summary>
    public TestPackage Compiled(string text = "\"1\"", string members = "", params byte[][] references) =>
        With($"net10.0/{Id}.dll", ExtensionSource.CompileBots(Id, Bots, text, members, references));

    /// <summary>Adds a file that no test ever loads.</summary>
    public TestPackage WithoutCode() => With($"net10.0/{Id}.dll", Encoding.UTF8.GetBytes($"not an assembly: {Id} {Version}"));

    public TestPackage With(string path, byte[] content)
    {
        _files[path] = content;
        return this;
    }

    public TestPackage With(string path, string content) => With(path, Encoding.UTF8.GetBytes(content));

    public TestPackage WithManifest(Action<JsonObject> change)
    {
        change(Manifest);
        return this;
    }

    /// <summary>A deps.json that lists libraries with one assembly each.</summary>
    public TestPackage WithDependencies(params (string Name, string Version)[] libraries)
    {
        var target = new JsonObject
        {
            [$"{Id}/{Version}"] = new JsonObject
            {
                ["dependencies"] = new JsonObject([.. libraries.Select(library => KeyValuePair.Create(library.Name, (JsonNode?)library.Version))]),
                ["runtime"] = new JsonObject { [$"{Id}.dll"] = new JsonObject() },
            },
        };
        var list = new JsonObject { [$"{Id}/{Version}"] = new JsonObject { ["type"] = "project", ["serviceable"] = false, ["sha512"] = "" } };
        foreach (var (name, version) in libraries)
        {
            target[$"{name}/{version}"] = new JsonObject { ["runtime"] = new JsonObject { [$"lib/net8.0/{name}.dll"] = new JsonObject() } };
            list[$"{name}/{version}"] = new JsonObject { ["type"] = "package", ["serviceable"] = true, ["sha512"] = "" };
        }

        var document = new JsonObject
        {
            ["runtimeTarget"] = new JsonObject { ["name"] = ".NETCoreApp,Version=v10.0", ["signature"] = "" },
            ["compilationOptions"] = new JsonObject(),
            ["targets"] = new JsonObject { [".NETCoreApp,Version=v10.0"] = target },
            ["libraries"] = list,
        };
        return With($"net10.0/{Id}.deps.json", document.ToJsonString());
    }

    /// <summary>Lays it out below an extension directory, as by hand.</summary>
    public string CopyTo(string root)
    {
        var folder = System.IO.Path.Combine(root, Id, Version);
        CopyInto(folder);
        return folder;
    }

    /// <summary>Lays it out as a built-in package.</summary>
    public string BundleInto(string directory)
    {
        var folder = System.IO.Path.Combine(directory, Id);
        CopyInto(folder);
        return folder;
    }

    void CopyInto(string folder)
    {
        foreach (var (path, content) in _files.Append(new("extension.json", Encoding.UTF8.GetBytes(Manifest.ToJsonString()))))
        {
            var file = System.IO.Path.Combine(folder, path);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
        }
    }

    /// <summary>Writes the .nupkg into a folder.</summary>
    public string PackInto(string folder, Action<ZipArchive>? add = null)
    {
        Directory.CreateDirectory(folder);
        var file = System.IO.Path.Combine(folder, $"{Id}.{Version}.nupkg");
        using var zip = new ZipArchive(File.Create(file), ZipArchiveMode.Create);
        Write(zip, $"{Id}.nuspec", Encoding.UTF8.GetBytes($"<package><metadata><id>{Id}</id><version>{Version}</version></metadata></package>"));
        Write(zip, "intelmq/extension.json", Encoding.UTF8.GetBytes(Manifest.ToJsonString()));
        foreach (var (path, content) in _files) Write(zip, "intelmq/" + path, content);
        add?.Invoke(zip);
        return file;
    }

    public static ZipArchiveEntry Write(ZipArchive zip, string path, byte[] content)
    {
        var entry = zip.CreateEntry(path);
        using var stream = entry.Open();
        stream.Write(content);
        return entry;
    }
}
