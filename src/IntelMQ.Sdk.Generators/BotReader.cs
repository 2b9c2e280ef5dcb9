using Microsoft.CodeAnalysis;

namespace IntelMQ.Sdk.Generators;

/// <summary>Makes a model of a bot. What is wrong with the bot is the analyzer's business: here it is left out.</summary>
static class BotReader
{
    public static BotModel? Read(INamedTypeSymbol type, AttributeData attribute, Compilation compilation, CancellationToken cancellationToken)
    {
        if (attribute.ConstructorArguments is not [{ Value: string name }]
            || SdkNames.GroupOf(type) is not { } group
            || type.IsAbstract || type.IsGenericType || !SdkNames.IsReachable(type)
            || SdkNames.Constructors(type) is not [var constructor])
        {
            return null;
        }

        var options = constructor.Parameters.Where(static p => SdkNames.IsOptions(p.Type)).Select(static p => (INamedTypeSymbol)p.Type).ToArray();
        if (options.Length > 1 || options.Any(static o => OptionsRules.WhyNotCreatable(o) is not null)) return null;
        if (constructor.Parameters.Any(static p => !SdkNames.IsOptions(p.Type) && !IsService(p.Type))) return null;

        var (summary, remarks) = Documentation.Of(type, cancellationToken);
        return new(
            name,
            group,
            FullName(type),
            summary,
            remarks,
            SdkNames.NamedArgument(attribute, "OwnProcess") is true,
            SdkNames.NamedArgument(attribute, "SingleInstance") is true,
            new(constructor.Parameters.Select(Argument)),
            options is [var record] ? OptionsReader.Read(record, compilation, cancellationToken) : null);
    }

    static ArgumentModel Argument(IParameterSymbol parameter) =>
        SdkNames.IsOptions(parameter.Type)
            ? new(null, false)
            : new(FullName(parameter.Type.WithNullableAnnotation(NullableAnnotation.NotAnnotated)), parameter.NullableAnnotation == NullableAnnotation.Annotated);

    /// <summary>Whether a host could have an object of the type to offer.</summary>
    public static bool IsService(ITypeSymbol type) =>
        type is { TypeKind: TypeKind.Interface or TypeKind.Class, SpecialType: not (SpecialType.System_String or SpecialType.System_Object) };

    public static string FullName(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
}
