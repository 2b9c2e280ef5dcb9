using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>
/// Says whether everything of the SDK that an assembly uses is in the SDK of this process, from metadata alone. What is
/// missing would end in a MissingMethodException or TypeLoadException some time while the bot runs.
/// </summary>
internal static class SdkCheck
{
    static readonly Lazy<SdkMembers> Members = new(SdkMembers.OfThisProcess);

    /// <summary>What is missing for an installed package; nothing for one that runs as a process.</summary>
    /// <exception cref="ExtensionException">The assembly cannot be read.</exception>
    public static IReadOnlyList<string> Missing(ExtensionPackage package) => package.EntryFile is { } entry ? Missing(entry) : [];

    /// <summary>What is missing for an assembly.</summary>
    /// <exception cref="ExtensionException">It cannot be read.</exception>
    public static IReadOnlyList<string> Missing(string assembly) =>
        File.Exists(assembly) ? Missing(File.ReadAllBytes(assembly), assembly) : throw new ExtensionException([new(BotLogLevel.Error, "is missing") { File = assembly }]);

    /// <summary>What is missing for a package that is not installed.</summary>
    /// <exception cref="ExtensionException">It is no extension package, or its assembly cannot be read.</exception>
    public static IReadOnlyList<string> MissingForArchive(string nupkg)
    {
        using var archive = PackageArchive.OpenFile(nupkg);
        if (archive.Manifest.Runtime is not DotnetRuntime runtime) return [];
        var bytes = archive.TryReadAssembly(runtime.Entry) ?? throw PackageArchive.Refused(nupkg, $"{runtime.Entry}, which the manifest names as its assembly, is missing");
        return Missing(bytes, runtime.Entry);
    }

    static List<string> Missing(byte[] assembly, string name)
    {
        try
        {
            using var file = new PEReader(new MemoryStream(assembly));
            var metadata = file.GetMetadataReader();
            return [.. Missing(metadata).Distinct().Order(StringComparer.Ordinal)];
        }
        catch (BadImageFormatException e)
        {
            throw new ExtensionException([new(BotLogLevel.Error, $"is no assembly: {e.Message}") { File = name }], e);
        }
        catch (InvalidOperationException e)
        {
            throw new ExtensionException([new(BotLogLevel.Error, $"is no .NET assembly: {e.Message}") { File = name }], e);
        }
    }

    static IEnumerable<string> Missing(MetadataReader metadata)
    {
        foreach (var handle in metadata.TypeReferences.Where(handle => MetadataNames.IsIn(metadata, handle, SdkMembers.AssemblyName)))
        {
            var type = MetadataNames.Of(metadata, handle);
            if (!Members.Value.HasType(type)) yield return $"type {type}";
        }

        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (MetadataNames.TypeOf(metadata, member.Parent) is not { } type || !MetadataNames.IsIn(metadata, type, SdkMembers.AssemblyName)) continue;
            var owner = MetadataNames.Of(metadata, type);
            var signature = member.GetKind() == MemberReferenceKind.Method ? MetadataNames.Show(member.DecodeMethodSignature(MetadataNames.Instance, null)) : "";
            if (Members.Value.HasType(owner) && !Members.Value.HasMember(owner, metadata.GetString(member.Name), signature)) yield return $"{owner}.{metadata.GetString(member.Name)}{signature}";
        }
    }
}

/// <summary>Public and protected types and members of the SDK.</summary>
internal sealed class SdkMembers
{
    readonly Dictionary<string, string?> _bases = new(StringComparer.Ordinal);
    readonly HashSet<(string Type, string Member, string Signature)> _members = [];

    public static string AssemblyName { get; } = typeof(Bot).Assembly.GetName().Name!;

    SdkMembers(MetadataReader sdk)
    {
        foreach (var handle in sdk.TypeDefinitions)
        {
            var type = sdk.GetTypeDefinition(handle);
            if (!IsVisible(sdk, type)) continue;
            var name = MetadataNames.Of(sdk, handle);
            _bases[name] = MetadataNames.TypeDefinitionOf(sdk, type.BaseType) is { } parent ? MetadataNames.Of(sdk, parent) : null;
            AddMembers(sdk, type, name);
        }
    }

    /// <summary>The SDK as the runtime has it in memory; its file may not exist, as in a single-file program.</summary>
    public static unsafe SdkMembers OfThisProcess() =>
        typeof(Bot).Assembly.TryGetRawMetadata(out var blob, out var length)
            ? new SdkMembers(new MetadataReader(blob, length))
            : throw new ExtensionException("this program was built without metadata of IntelMQ.Sdk, so packages cannot be checked against it");

    void AddMembers(MetadataReader sdk, TypeDefinition type, string name)
    {
        foreach (var method in type.GetMethods().Select(sdk.GetMethodDefinition))
        {
            if (IsVisible((FieldAttributes)(method.Attributes & MethodAttributes.MemberAccessMask))) _members.Add((name, sdk.GetString(method.Name), MetadataNames.Show(method.DecodeSignature(MetadataNames.Instance, null))));
        }

        foreach (var field in type.GetFields().Select(sdk.GetFieldDefinition))
        {
            if (IsVisible(field.Attributes & FieldAttributes.FieldAccessMask)) _members.Add((name, sdk.GetString(field.Name), ""));
        }
    }

    // The access bits of methods and fields are the same.
    static bool IsVisible(FieldAttributes access) => access is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    static bool IsVisible(MetadataReader sdk, TypeDefinition type)
    {
        var visibility = type.Attributes & TypeAttributes.VisibilityMask;
        if (visibility == TypeAttributes.Public) return true;
        return visibility is TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem
            && IsVisible(sdk, sdk.GetTypeDefinition(type.GetDeclaringType()));
    }

    public bool HasType(string type) => _bases.ContainsKey(type);

    /// <summary>Whether a type or one of its bases in the SDK has a member.</summary>
    public bool HasMember(string type, string member, string signature)
    {
        for (string? here = type; here is not null; here = _bases.GetValueOrDefault(here))
        {
            if (_members.Contains((here, member, signature))) return true;
        }

        return false;
    }
}
