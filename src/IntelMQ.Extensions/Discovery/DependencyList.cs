using System.Runtime.InteropServices;
using System.Text.Json;

namespace IntelMQ.Extensions;

/// <summary>What <c>&lt;assembly&gt;.deps.json</c> says that must lie beside an assembly.</summary>
internal static class DependencyList
{
    /// <summary>A sentence per file that is listed and missing, or one about a list that cannot be read. Without a list nothing is known to be missing.</summary>
    public static IReadOnlyList<string> Missing(string assembly)
    {
        var file = Path.ChangeExtension(assembly, ".deps.json");
        if (!File.Exists(file)) return [];
        try
        {
            return Missing(Path.GetDirectoryName(assembly)!, File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return [$"{Path.GetFileName(file)} cannot be read: {e.Message}"];
        }
    }

    static List<string> Missing(string directory, ReadOnlySpan<byte> json)
    {
        var missing = new List<string>();
        var root = JsonElement.Parse(json);
        if (!root.TryGetProperty("targets", out var targets)) return missing;
        foreach (var library in targets.EnumerateObject().SelectMany(target => target.Value.EnumerateObject()))
        {
            // The contract comes from the host, whatever the list says.
            if (library.Name.StartsWith("IntelMQ.Sdk/", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var path in Assets(library.Value).Where(path => !File.Exists(Path.Combine(directory, path))))
            {
                missing.Add($"{path} of its dependency {library.Name.Replace('/', ' ')} is missing");
            }
        }

        return missing;
    }

    static IEnumerable<string> Assets(JsonElement library)
    {
        if (library.TryGetProperty("runtime", out var assemblies))
        {
            // Paths are those in the NuGet package; published files lie flat beside the assembly.
            foreach (var asset in assemblies.EnumerateObject()) yield return Path.GetFileName(asset.Name);
        }

        if (!library.TryGetProperty("runtimeTargets", out var perPlatform)) yield break;
        foreach (var asset in perPlatform.EnumerateObject())
        {
            if (asset.Value.TryGetProperty("rid", out var rid) && rid.GetString() == RuntimeInformation.RuntimeIdentifier) yield return asset.Name;
        }
    }
}
