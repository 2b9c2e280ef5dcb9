using System.Reflection;
using System.Reflection.Metadata;

namespace IntelMQ.Sdk.Tasks;

/// <summary>
/// Tells which members of the SDK an assembly uses, and so which SDK is the lowest that it runs on: used members are
/// references to them and overrides of them; the SDK says by <c>SinceAttribute</c> when they came.
/// </summary>
sealed class SdkUse
{
    const string SdkAssembly = "IntelMQ.Sdk";

    readonly MetadataReader _sdk;
    readonly Dictionary<string, Version> _since = new(StringComparer.Ordinal);
    readonly Dictionary<string, TypeDefinitionHandle> _types = new(StringComparer.Ordinal);

    public SdkUse(MetadataReader sdk)
    {
        _sdk = sdk;
        foreach (var handle in sdk.TypeDefinitions)
        {
            var type = sdk.GetTypeDefinition(handle);
            var name = AssemblyFacts.FullName(sdk, handle);
            _types[name] = handle;
            Note(name, type.GetCustomAttributes());
            foreach (var method in type.GetMethods().Select(sdk.GetMethodDefinition)) Note(MethodKey(sdk, name, method), method.GetCustomAttributes());
            foreach (var property in type.GetProperties().Select(sdk.GetPropertyDefinition)) NoteAccessors(name, property);
            foreach (var field in type.GetFields().Select(sdk.GetFieldDefinition)) Note(FieldKey(name, sdk.GetString(field.Name)), field.GetCustomAttributes());
        }
    }

    void Note(string key, CustomAttributeHandleCollection attributes)
    {
        if (AssemblyFacts.Since(_sdk, attributes) is { } version) _since[key] = version;
    }

    // Code refers to accessors, while the attribute stands on the property.
    void NoteAccessors(string type, PropertyDefinition property)
    {
        var accessors = property.GetAccessors();
        foreach (var accessor in new[] { accessors.Getter, accessors.Setter })
            if (!accessor.IsNil)
                Note(MethodKey(_sdk, type, _sdk.GetMethodDefinition(accessor)), property.GetCustomAttributes());
    }

    /// <param name="assembly">The assembly that uses the SDK.</param>
    /// <param name="used">Told each used member that is newer than its major.</param>
    public Version LowestVersion(MetadataReader assembly, Action<string, Version> used)
    {
        var lowest = new Version(_sdk.GetAssemblyDefinition().Version.Major, 0, 0);
        foreach (var key in References(assembly).Concat(Overrides(assembly)).Distinct())
        {
            if (!_since.TryGetValue(key, out var since)) continue;
            used(key, since);
            if (since > lowest) lowest = since;
        }

        return lowest;
    }

    static IEnumerable<string> References(MetadataReader assembly)
    {
        foreach (var handle in assembly.TypeReferences)
            if (IsOfSdk(assembly, handle))
                yield return AssemblyFacts.FullName(assembly, handle);

        foreach (var member in assembly.MemberReferences.Select(assembly.GetMemberReference))
        {
            if (TypeOf(assembly, member.Parent) is not { } type) continue;
            yield return member.GetKind() == MemberReferenceKind.Method
                ? MethodKey(type, assembly.GetString(member.Name), member.DecodeMethodSignature(SignatureNames.Instance, null))
                : FieldKey(type, assembly.GetString(member.Name));
        }
    }

    /// <summary>The type of the SDK that a member reference points into; a generic one may stand behind a specification.</summary>
    static string? TypeOf(MetadataReader assembly, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeReference) return IsOfSdk(assembly, (TypeReferenceHandle)parent) ? AssemblyFacts.FullName(assembly, (TypeReferenceHandle)parent) : null;
        if (parent.Kind != HandleKind.TypeSpecification) return null;
        var name = assembly.GetTypeSpecification((TypeSpecificationHandle)parent).DecodeSignature(SignatureNames.Instance, null);
        var arguments = name.IndexOf('<');
        return arguments < 0 ? null : name.Substring(0, arguments);
    }

    static bool IsOfSdk(MetadataReader assembly, TypeReferenceHandle handle)
    {
        var scope = assembly.GetTypeReference(handle).ResolutionScope;
        while (scope.Kind == HandleKind.TypeReference) scope = assembly.GetTypeReference((TypeReferenceHandle)scope).ResolutionScope;
        return scope.Kind == HandleKind.AssemblyReference && assembly.GetString(assembly.GetAssemblyReference((AssemblyReferenceHandle)scope).Name) == SdkAssembly;
    }

    /// <summary>An override leaves no reference behind: virtual methods without a slot of their own, in classes below one of the SDK.</summary>
    IEnumerable<string> Overrides(MetadataReader assembly)
    {
        foreach (var type in assembly.TypeDefinitions.Select(assembly.GetTypeDefinition))
        {
            var bases = SdkBases(assembly, type).ToArray();
            if (bases.Length == 0) continue;
            foreach (var method in type.GetMethods().Select(assembly.GetMethodDefinition))
            {
                if ((method.Attributes & (MethodAttributes.Virtual | MethodAttributes.NewSlot)) != MethodAttributes.Virtual) continue;
                foreach (var name in bases) yield return MethodKey(assembly, name, method);
            }
        }
    }

    IEnumerable<string> SdkBases(MetadataReader assembly, TypeDefinition type)
    {
        var ancestor = type.BaseType;
        while (ancestor is { IsNil: false, Kind: HandleKind.TypeDefinition }) ancestor = assembly.GetTypeDefinition((TypeDefinitionHandle)ancestor).BaseType;
        if (ancestor.IsNil) yield break;

        var name = TypeOf(assembly, ancestor);
        while (name is not null && _types.TryGetValue(name, out var handle))
        {
            yield return name;
            var next = _sdk.GetTypeDefinition(handle).BaseType;
            name = next switch
            {
                { IsNil: true } => null,
                { Kind: HandleKind.TypeDefinition } => AssemblyFacts.FullName(_sdk, (TypeDefinitionHandle)next),
                { Kind: HandleKind.TypeSpecification } => WithoutArguments(_sdk.GetTypeSpecification((TypeSpecificationHandle)next).DecodeSignature(SignatureNames.Instance, null)),
                _ => null,
            };
        }
    }

    static string WithoutArguments(string name) => name.IndexOf('<') is var at && at >= 0 ? name.Substring(0, at) : name;

    static string MethodKey(MetadataReader reader, string type, MethodDefinition method) =>
        MethodKey(type, reader.GetString(method.Name), method.DecodeSignature(SignatureNames.Instance, null));

    static string MethodKey(string type, string name, MethodSignature<string> signature) =>
        $"{type}.{name}({string.Join(", ", signature.ParameterTypes)}) : {signature.ReturnType}";

    static string FieldKey(string type, string name) => $"{type}.{name}";
}
