using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace IntelMQ.Sdk.Generators;

/// <summary>What an options record must be like. Each record answers for the properties it declares itself.</summary>
sealed class OptionsRules(SymbolAnalysisContext context, INamedTypeSymbol record)
{
    public void Check()
    {
        var named = new Dictionary<string, IPropertySymbol>(StringComparer.Ordinal);
        foreach (var property in OptionsReader.Properties(record))
        {
            var name = OptionsReader.NameOf(property);
            if (SymbolEqualityComparer.Default.Equals(property.ContainingType, record)) CheckProperty(property, name);
            if (named.TryGetValue(name, out var other)) Report(Diagnostics.DuplicateParameter, other, other.Name, property.Name, record.Name, name);
            else named.Add(name, property);
        }
    }

    void CheckProperty(IPropertySymbol property, string name)
    {
        if (OptionsReader.KindOf(property.Type) is not { } kind)
        {
            Report(Diagnostics.UnsupportedType, property, property.Name, property.Type.ToDisplayString());
            return;
        }

        if (Documentation.Of(property, context.CancellationToken).Summary.Length == 0) Report(Diagnostics.MissingSummaryOf(property), property, $"The parameter '{name}' ({property.Name})", "intelmqctl extensions docs");
        if (SdkNames.NamedArgument(SdkNames.Attribute(property, SdkNames.ParameterAttribute), "DefaultJson") is string json)
        {
            if (!JsonText.IsValid(json)) Report(Diagnostics.MalformedDefault, property, property.Name, json);
        }
        else if (!property.IsRequired && !DefaultValue.Of(property, kind, context.Compilation, context.CancellationToken).Known)
        {
            Report(Diagnostics.UnknownDefault, property, property.Name);
        }
    }

    void Report(DiagnosticDescriptor descriptor, IPropertySymbol property, params object[] arguments) =>
        context.ReportDiagnostic(Diagnostic.Create(descriptor, property.Locations.FirstOrDefault(static l => l.IsInSource) ?? record.Locations[0], arguments));

    public static string? WhyNotCreatable(INamedTypeSymbol record) =>
        record.IsAbstract ? "it is abstract; take the sealed record derived from it"
        : record.IsGenericType ? "it is generic; derive a sealed record of it"
        : !SdkNames.IsReachable(record) ? "it is private; make it public or internal"
        : SdkNames.Constructors(record).All(static c => c.Parameters.Length > 0) ? "it has no constructor without parameters; write its parameters as properties with 'init'"
        : null;
}
