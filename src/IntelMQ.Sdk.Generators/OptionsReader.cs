using Microsoft.CodeAnalysis;

namespace IntelMQ.Sdk.Generators;

/// <summary>Makes a model of an options record: its own properties first, then those of the records it derives from.</summary>
static class OptionsReader
{
    public static OptionsModel Read(INamedTypeSymbol record, Compilation compilation, CancellationToken cancellationToken) => new(
        BotReader.FullName(record),
        record.AllInterfaces.Any(static i => i.ToDisplayString() == SdkNames.Checkable),
        new(Properties(record)
            .Select(p => Parameter(p, compilation, cancellationToken))
            .OfType<ParameterModel>()
            .GroupBy(static p => p.Name, StringComparer.Ordinal)
            .Select(static same => same.First())));

    /// <summary>The properties that are parameters; of two with one name, the one nearer to the record.</summary>
    public static IEnumerable<IPropertySymbol> Properties(INamedTypeSymbol record)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var type in new[] { record }.Concat(SdkNames.Ancestors(record)).TakeWhile(static t => t.ToDisplayString() != SdkNames.BotOptions))
        {
            foreach (var property in type.GetMembers().OfType<IPropertySymbol>())
            {
                if (IsParameter(property, record) && seen.Add(property.Name)) yield return property;
            }
        }
    }

    static bool IsParameter(IPropertySymbol property, INamedTypeSymbol record) =>
        property is { DeclaredAccessibility: Accessibility.Public, IsStatic: false, IsIndexer: false, SetMethod: { } setter }
        && (setter.DeclaredAccessibility == Accessibility.Public
            || (setter.DeclaredAccessibility is Accessibility.Internal or Accessibility.ProtectedOrInternal
                && SymbolEqualityComparer.Default.Equals(property.ContainingAssembly, record.ContainingAssembly)));

    public static string NameOf(IPropertySymbol property) =>
        SdkNames.NamedArgument(SdkNames.Attribute(property, SdkNames.ParameterAttribute), "Name") as string ?? SnakeCase.Of(property.Name);

    /// <summary>How a property is read; null when its type is not supported.</summary>
    public static ParameterKind? KindOf(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable) type = nullable.TypeArguments[0];
        return type.SpecialType switch
        {
            SpecialType.System_String => ParameterKind.Text,
            SpecialType.System_Boolean => ParameterKind.Boolean,
            SpecialType.System_Int32 => ParameterKind.Integer32,
            SpecialType.System_Int64 => ParameterKind.Integer64,
            SpecialType.System_Double => ParameterKind.Number,
            _ when type is INamedTypeSymbol { TypeKind: TypeKind.Enum } choices => Choices(choices).Any() && SdkNames.IsReachable(choices) ? ParameterKind.Choice : null,
            _ => type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat) switch
            {
                "System.TimeSpan" => ParameterKind.Duration,
                "System.Uri" => ParameterKind.Url,
                "System.Collections.Generic.IReadOnlyList<string>" => ParameterKind.Texts,
                "System.Collections.Generic.IReadOnlyDictionary<string, string>" => ParameterKind.Map,
                "IntelMQ.Sdk.FieldValue" => ParameterKind.Any,
                _ => null,
            },
        };
    }

    static IEnumerable<ChoiceModel> Choices(INamedTypeSymbol type) =>
        type.GetMembers().OfType<IFieldSymbol>().Where(static f => f.IsConst).Select(static f => new ChoiceModel(f.Name, SnakeCase.Of(f.Name)));

    static ParameterModel? Parameter(IPropertySymbol property, Compilation compilation, CancellationToken cancellationToken)
    {
        if (KindOf(property.Type) is not { } kind) return null;
        var choices = kind == ParameterKind.Choice ? EnumOf(property.Type) : null;
        var attribute = SdkNames.Attribute(property, SdkNames.ParameterAttribute);
        var (least, most) = Range(property);
        return new(
            property.Name,
            NameOf(property),
            kind,
            choices is null ? "" : BotReader.FullName(choices),
            property.IsRequired,
            SdkNames.NamedArgument(attribute, "Secret") is true,
            property.NullableAnnotation == NullableAnnotation.Annotated,
            property.IsRequired ? null : Default(property, kind, attribute, compilation, cancellationToken),
            Documentation.Of(property, cancellationToken).Summary,
            property.OriginalDefinition.GetDocumentationCommentId() ?? "",
            least,
            most,
            choices is null ? default : new(Choices(choices)));
    }

    static string? Default(IPropertySymbol property, ParameterKind kind, AttributeData? attribute, Compilation compilation, CancellationToken cancellationToken)
    {
        if (SdkNames.NamedArgument(attribute, "DefaultJson") is string json) return JsonText.IsValid(json) && json.Trim() != "null" ? json : null;
        return DefaultValue.Of(property, kind, compilation, cancellationToken).Json;
    }

    static INamedTypeSymbol EnumOf(ITypeSymbol type) =>
        (INamedTypeSymbol)(type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type);

    static (string? Least, string? Most) Range(IPropertySymbol property)
    {
        var arguments = SdkNames.Attribute(property, SdkNames.RangeAttribute)?.ConstructorArguments;
        return arguments is [{ Kind: TypedConstantKind.Primitive } least, { Kind: TypedConstantKind.Primitive } most]
            ? (Bound(least.Value), Bound(most.Value))
            : (null, null);
    }

    static string? Bound(object? value) => value is int or double ? JsonText.Constant(value) : null;
}
