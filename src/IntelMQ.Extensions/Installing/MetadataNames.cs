using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace IntelMQ.Extensions;

/// <summary>Names of types and signatures in metadata, the same for a definition and for a reference to it.</summary>
internal sealed class MetadataNames : ISignatureTypeProvider<string, object?>
{
    public static readonly MetadataNames Instance = new();

    /// <summary>Parameters and result, for comparison and for messages.</summary>
    public static string Show(MethodSignature<string> signature)
    {
        var generic = signature.GenericParameterCount == 0 ? "" : $"<{new string(',', signature.GenericParameterCount - 1)}>";
        return $"{generic}({string.Join(", ", signature.ParameterTypes)}) : {signature.ReturnType}";
    }

    public static string Of(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{Of(metadata, (TypeReferenceHandle)type.ResolutionScope)}/{metadata.GetString(type.Name)}"
            : Join(metadata.GetString(type.Namespace), metadata.GetString(type.Name));
    }

    public static string Of(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? $"{Of(metadata, outer)}/{metadata.GetString(type.Name)}"
            : Join(metadata.GetString(type.Namespace), metadata.GetString(type.Name));
    }

    static string Join(string space, string name) => space.Length == 0 ? name : $"{space}.{name}";

    /// <summary>Whether a type lives in an assembly.</summary>
    public static bool IsIn(MetadataReader metadata, TypeReferenceHandle handle, string assembly)
    {
        var scope = metadata.GetTypeReference(handle).ResolutionScope;
        while (scope.Kind == HandleKind.TypeReference) scope = metadata.GetTypeReference((TypeReferenceHandle)scope).ResolutionScope;
        return scope.Kind == HandleKind.AssemblyReference && metadata.StringComparer.Equals(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name, assembly);
    }

    /// <summary>The referenced type that a member belongs to, also through <c>Parser&lt;Row&gt;</c>; null when it is no reference.</summary>
    public static TypeReferenceHandle? TypeOf(MetadataReader metadata, EntityHandle parent) => parent.Kind switch
    {
        HandleKind.TypeReference => (TypeReferenceHandle)parent,
        HandleKind.TypeSpecification => GenericTypeOf(metadata, (TypeSpecificationHandle)parent) is { Kind: HandleKind.TypeReference } generic ? (TypeReferenceHandle)generic : null,
        _ => null,
    };

    /// <summary>The type of this assembly that something derives from; null when it is from elsewhere.</summary>
    public static TypeDefinitionHandle? TypeDefinitionOf(MetadataReader metadata, EntityHandle handle)
    {
        if (handle.Kind == HandleKind.TypeSpecification) handle = GenericTypeOf(metadata, (TypeSpecificationHandle)handle);
        return handle.Kind == HandleKind.TypeDefinition && !handle.IsNil ? (TypeDefinitionHandle)handle : null;
    }

    /// <summary>The open type of a constructed generic one, or nothing.</summary>
    static EntityHandle GenericTypeOf(MetadataReader metadata, TypeSpecificationHandle handle)
    {
        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification(handle).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance) return default;
        signature.ReadByte();
        return signature.ReadTypeHandle();
    }

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{new string(',', shape.Rank - 1)}]";

    public string GetByReferenceType(string elementType) => elementType + "&";

    public string GetFunctionPointerType(MethodSignature<string> signature) => "method" + Show(signature);

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(", ", typeArguments)}>";

    public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

    public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => isRequired ? $"{unmodifiedType} modreq({modifier})" : unmodifiedType;

    public string GetPinnedType(string elementType) => elementType;

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Of(reader, handle);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Of(reader, handle);

    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
}
