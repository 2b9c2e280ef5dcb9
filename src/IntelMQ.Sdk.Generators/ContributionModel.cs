using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace IntelMQ.Sdk.Generators;

/// <summary>A configuration upgrade or a check of the package: a class that the host creates without arguments.</summary>
/// <param name="Contract">The interface that it is found by.</param>
/// <param name="ClrType">The class, fully qualified, beginning with <c>global::</c>.</param>
/// <param name="Summary">The first sentence of its documentation.</param>
/// <param name="Module">Of an upgrade: the bot that it is for; empty for a check.</param>
/// <param name="Version">Of an upgrade: the version that needs it; empty for a check.</param>
sealed record ContributionModel(string Contract, string ClrType, string Summary, string Module, string Version)
{
    static readonly Regex VersionForm = new(@"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}$", RegexOptions.CultureInvariant);

    /// <summary>The name of the class as the manifest has it.</summary>
    public string Type => ClrType.Replace("global::", "");

    /// <summary>Makes a model of a class with one of the two attributes. What is wrong with it is the analyzer's business: here it is left out.</summary>
    public static ContributionModel? Read(INamedTypeSymbol type, AttributeData attribute, CancellationToken cancellationToken)
    {
        var (module, version) = Arguments(attribute);
        var contract = ContractOf(attribute);
        if (WhyNotCreatable(type, contract) is not null) return null;
        if (contract == SdkNames.Upgrade && !(IsUpgradable(module) && IsVersion(version))) return null;
        return new(contract, BotReader.FullName(type), Documentation.Of(type, cancellationToken).Summary, module, version);
    }

    public static string ContractOf(AttributeData attribute) => attribute.AttributeClass?.ToDisplayString() == SdkNames.UpgradeAttribute ? SdkNames.Upgrade : SdkNames.Check;

    public static (string Module, string Version) Arguments(AttributeData attribute) =>
        attribute.ConstructorArguments is [{ Value: string module }, { Value: string version }] ? (module, version) : ("", "");

    /// <summary>Whether a package may change the configuration of such a bot; those of IntelMQ itself are not its business.</summary>
    public static bool IsUpgradable(string module) => BotName.IsWellFormed(module) && !BotName.IsBuiltIn(module);

    public static bool IsVersion(string version) => VersionForm.IsMatch(version);

    public static string? WhyNotCreatable(INamedTypeSymbol type, string contract) =>
        !SdkNames.Implements(type, contract) ? $"it does not implement {contract.Substring(contract.LastIndexOf('.') + 1)}"
        : type.IsAbstract ? "it is abstract"
        : type.IsGenericType ? "it is generic"
        : !SdkNames.IsReachable(type) ? "it is private; make it public or internal"
        : !SdkNames.Constructors(type).Any(static c => c.Parameters.Length == 0) ? "it has no public or internal constructor without parameters"
        : null;

    /// <summary>What the manifest says about upgrades, or about checks.</summary>
    public static string Manifest(IEnumerable<ContributionModel> all) => $"[{string.Join(",", all.Select(static c => c.ToJson()))}]";

    string ToJson()
    {
        var json = new StringBuilder("{");
        if (Module.Length > 0) json.Append("\"bot\":").Append(JsonText.Quote(Module)).Append(",\"version\":").Append(JsonText.Quote(Version)).Append(',');
        json.Append("\"type\":").Append(JsonText.Quote(Type));
        if (Summary.Length > 0) json.Append(",\"summary\":").Append(JsonText.Quote(Summary));
        return json.Append('}').ToString();
    }
}
