using System.Reflection.Metadata;

namespace IntelMQ.Sdk.Tasks;

/// <summary>Reads names and attributes out of the metadata of an assembly.</summary>
static class AssemblyFacts
{
    /// <summary>The value of an <c>AssemblyMetadataAttribute</c>; null when there is none of that key.</summary>
    public static string? MetadataValue(MetadataReader reader, string key)
    {
        foreach (var handle in reader.GetAssemblyDefinition().GetCustomAttributes())
        {
            if (FirstTexts(reader, handle, "System.Reflection.AssemblyMetadataAttribute", 2) is [var name, var value] && name == key) return value;
        }

        return null;
    }

    /// <summary>The version in the <c>SinceAttribute</c> among some attributes; null when there is none.</summary>
    public static Version? Since(MetadataReader reader, CustomAttributeHandleCollection attributes)
    {
        foreach (var handle in attributes)
        {
            if (FirstTexts(reader, handle, "IntelMQ.Sdk.Runtime.SinceAttribute", 1) is [{ } version]) return Version.Parse(version);
        }

        return null;
    }

    static string?[]? FirstTexts(MetadataReader reader, CustomAttributeHandle handle, string type, int count)
    {
        const ushort Prolog = 1;
        var attribute = reader.GetCustomAttribute(handle);
        if (TypeOf(reader, attribute) != type) return null;
        var blob = reader.GetBlobReader(attribute.Value);
        if (blob.ReadUInt16() != Prolog) return null;
        var texts = new string?[count];
        for (var i = 0; i < count; i++) texts[i] = blob.ReadSerializedString();
        return texts;
    }

    static string? TypeOf(MetadataReader reader, CustomAttribute attribute) => attribute.Constructor.Kind switch
    {
        HandleKind.MemberReference when reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent => FullName(reader, (TypeReferenceHandle)parent),
        HandleKind.MethodDefinition => FullName(reader, reader.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor).GetDeclaringType()),
        _ => null,
    };

    public static string FullName(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{FullName(reader, (TypeReferenceHandle)type.ResolutionScope)}/{reader.GetString(type.Name)}"
            : Qualified(reader, type.Namespace, type.Name);
    }

    public static string FullName(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? $"{FullName(reader, outer)}/{reader.GetString(type.Name)}"
            : Qualified(reader, type.Namespace, type.Name);
    }

    static string Qualified(MetadataReader reader, StringHandle space, StringHandle name) =>
        space.IsNil ? reader.GetString(name) : $"{reader.GetString(space)}.{reader.GetString(name)}";
}
