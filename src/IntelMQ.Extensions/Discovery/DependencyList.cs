using System.Runtime.InteropServices;
using System.Text.Json;

namespace IntelMQ.Extensions;

/// <summary>What <c>&lt;assembly&gt;.deps.json</c> says that must lie beside an assembly.</summary>
internal static class DependencyList
{
    /// <summary>The list of an assembly; it need not be there.</summary>
    public static string FileOf(string assembly) => assembly[..^Path.GetExtension(assembly).Length] + ".deps.json";

    /// <summary>A sentence per file that is listed and missing, or one about a list that cannot be read. Without a list nothing is known to be missing.</summary>
    public static IReadOnlyList<string> Missing(string assembly)
    {
        var file = FileOf(assembly);
        if (!File.Exists(file)) return [];
        var directory = Path.GetDirectoryName(assembly)!;
        try
        {
            return Missing(SmallFile.Read(file), path => File.Exists(Path.Combine(directory, path)));
        }
        catch (ExtensionException e)
        {
            return [$"{Path.GetFileName(file)} {e.Problems[0].Text}"];
        }
    }

    /// <summary>The same for a list that is not on disk.</summary>
    /// <param name="json">The list.</param>
    /// <param name="exists">Whether a file lies beside the assembly.</param>
    public static IReadOnlyList<string> Missing(ReadOnlySpan<byte> json, Predicate<string> exists)
    {
        try
        {
            return Listed(JsonElement.Parse(json), exists);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [$"its deps.json cannot be read: {e.Message}"];
        }
    }

    static List<string> Listed(JsonElement root, Predicate<string> exists)
    {
        var missing = new List<string>();
        if (!root.TryGetProperty("targets", out var targets)) return missing;
        foreach (var library in targets.EnumerateObject().SelectMany(target => target.Value.EnumerateObject()))
        {
            // The contract comes from the host, whatever the list says.
            if (library.Name.StartsWith("IntelMQ.Sdk/", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var path in Assets(library.Value).Where(path => !exists(path)))
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
