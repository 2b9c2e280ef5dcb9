using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace IntelMQ.Sdk.Generators;

/// <summary>What may be wrong with configuration upgrades and checks of a package.</summary>
static class ContributionRules
{
    public static void Check(SymbolAnalysisContext context, INamedTypeSymbol type)
    {
        Check(context, type, SdkNames.UpgradeAttribute, SdkNames.Upgrade);
        Check(context, type, SdkNames.CheckAttribute, SdkNames.Check);
    }

    static void Check(SymbolAnalysisContext context, INamedTypeSymbol type, string attributeName, string contract)
    {
        if (SdkNames.Attribute(type, attributeName) is not { } attribute)
        {
            if (!type.IsAbstract && SdkNames.Implements(type, contract))
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.LostContribution, type.Locations[0], type.Name, Short(contract), Short(attributeName).Replace("Attribute", "")));
            return;
        }

        if (ContributionModel.WhyNotCreatable(type, contract) is { } reason)
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.UnfitContribution, type.Locations[0], type.Name, reason));
        if (Documentation.Of(type, context.CancellationToken).Summary.Length == 0)
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.MissingSummaryOf(type), type.Locations[0], type.Name, "intelmqctl extensions inspect"));
        if (contract == SdkNames.Upgrade) CheckTarget(context, type, attribute);
    }

    static void CheckTarget(SymbolAnalysisContext context, INamedTypeSymbol type, AttributeData attribute)
    {
        var location = attribute.ApplicationSyntaxReference?.GetSyntax(context.CancellationToken).GetLocation() ?? type.Locations[0];
        var (module, version) = ContributionModel.Arguments(attribute);
        if (BotName.IsBuiltIn(module)) Report($"'{module}' is a bot of IntelMQ itself, whose configuration a package does not change");
        else if (!ContributionModel.IsUpgradable(module)) Report($"'{module}' is no name of a bot");
        if (!ContributionModel.IsVersion(version)) Report($"'{version}' is no version of three numbers such as 1.2.0");

        void Report(string text) => context.ReportDiagnostic(Diagnostic.Create(Diagnostics.UnfitUpgrade, location, type.Name, text));
    }

    static string Short(string name) => name.Substring(name.LastIndexOf('.') + 1);
}
