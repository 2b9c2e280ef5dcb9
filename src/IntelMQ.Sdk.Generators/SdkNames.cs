using Microsoft.CodeAnalysis;

namespace IntelMQ.Sdk.Generators;

/// <summary>Names of the SDK's types, which generator and analyzer look for.</summary>
static class SdkNames
{
    public const string BotAttribute = "IntelMQ.Sdk.BotAttribute";
    public const string Bot = "IntelMQ.Sdk.Bot";
    public const string BotOptions = "IntelMQ.Sdk.BotOptions";
    public const string ParameterAttribute = "IntelMQ.Sdk.ParameterAttribute";
    public const string Checkable = "IntelMQ.Sdk.ICheckable";
    public const string UpgradeAttribute = "IntelMQ.Sdk.ConfigurationUpgradeAttribute";
    public const string Upgrade = "IntelMQ.Sdk.IConfigurationUpgrade";
    public const string CheckAttribute = "IntelMQ.Sdk.PackageCheckAttribute";
    public const string Check = "IntelMQ.Sdk.IPackageCheck";
    public const string RangeAttribute = "System.ComponentModel.DataAnnotations.RangeAttribute";

    static readonly Dictionary<string, string> GroupOfBase = new(StringComparer.Ordinal)
    {
        ["IntelMQ.Sdk.Collector"] = "collectors",
        ["IntelMQ.Sdk.Parser"] = "parsers",
        ["IntelMQ.Sdk.Expert"] = "experts",
        ["IntelMQ.Sdk.Output"] = "outputs",
    };

    /// <summary>The group that the base class of a bot stands for; null when the class is no bot.</summary>
    public static string? GroupOf(INamedTypeSymbol type)
    {
        foreach (var ancestor in Ancestors(type))
            if (GroupOfBase.TryGetValue(ancestor.ToDisplayString(), out var group))
                return group;
        return null;
    }

    public static bool IsOptions(ITypeSymbol type) =>
        type is INamedTypeSymbol named && (named.ToDisplayString() == BotOptions || Ancestors(named).Any(static a => a.ToDisplayString() == BotOptions));

    public static IEnumerable<INamedTypeSymbol> Ancestors(INamedTypeSymbol type)
    {
        for (var ancestor = type.BaseType; ancestor is not null; ancestor = ancestor.BaseType) yield return ancestor;
    }

    /// <summary>The constructors that the generated code could call.</summary>
    public static IMethodSymbol[] Constructors(INamedTypeSymbol type) =>
        [.. type.InstanceConstructors.Where(c => IsReachable(c.DeclaredAccessibility) && !IsCopy(c, type))];

    /// <summary>Whether a type can be named by other code of its assembly.</summary>
    public static bool IsReachable(INamedTypeSymbol type)
    {
        for (var t = type; t is not null; t = t.ContainingType)
            if (!IsReachable(t.DeclaredAccessibility) || t.IsFileLocal)
                return false;
        return true;
    }

    static bool IsReachable(Accessibility accessibility) =>
        accessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal;

    static bool IsCopy(IMethodSymbol constructor, INamedTypeSymbol type) =>
        type.IsRecord && constructor.Parameters.Length == 1 && SymbolEqualityComparer.Default.Equals(constructor.Parameters[0].Type, type);

    public static bool Implements(INamedTypeSymbol type, string contract) => type.AllInterfaces.Any(i => i.ToDisplayString() == contract);

    public static AttributeData? Attribute(ISymbol symbol, string name) =>
        symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == name);

    public static object? NamedArgument(AttributeData? attribute, string name) =>
        attribute?.NamedArguments.FirstOrDefault(a => a.Key == name).Value.Value;
}
