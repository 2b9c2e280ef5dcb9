using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace IntelMQ.Sdk.Generators;

/// <summary>What the analyzer can say. Described with examples in <c>docs/dev/diagnostics.md</c>.</summary>
static class Diagnostics
{
    const string Form = "intelmq.bots.<collectors|parsers|experts|outputs>.<organization>.<name>";

    public static readonly DiagnosticDescriptor MalformedName = Error("IMQ001", "Bot name is malformed",
        $"'{{0}}' is no name of a bot; write {Form} in lower case letters, digits and '_', for example '{{1}}'");

    public static readonly DiagnosticDescriptor WrongGroup = Error("IMQ002", "Bot name and base class disagree",
        "The name '{0}' says {1}, but {2} has the base class of {3}; name it '{4}' or change the base class");

    public static readonly DiagnosticDescriptor DuplicateName = Error("IMQ003", "Two bots have one name",
        "'{0}' is the name of {1} too; runtime.yaml could not tell them apart, so rename one", WellKnownDiagnosticTags.CompilationEnd);

    public static readonly DiagnosticDescriptor NotCreatable = Error("IMQ004", "Bot cannot be created",
        "{0} cannot be created by the host: {1}");

    public static readonly DiagnosticDescriptor UnsupportedType = Error("IMQ005", "Type of a parameter is not supported",
        "{0} has the type {1}, which no value in runtime.yaml can become; use string, bool, int, long, double, TimeSpan (seconds), Uri, an enum, IReadOnlyList<string>, IReadOnlyDictionary<string, string> or FieldValue");

    public static readonly DiagnosticDescriptor UnknownDefault = Warning("IMQ006", "Default of a parameter is not a constant",
        "The default of {0} cannot be shown in the manifest, the documentation and forms; use a constant or add [Parameter(DefaultJson = \"…\")]");

    public static readonly DiagnosticDescriptor NoSummary = Warning("IMQ007", "Documentation is missing",
        "{0} has no <summary>, so that '{1}' would show nothing about it; write one sentence");

    // The same rule: what is wrong is elsewhere.
    static readonly DiagnosticDescriptor UnreadSummary = Warning("IMQ007", "Documentation is missing",
        "{0}: '{1}' would show nothing about it, since documentation comments are not read; remove <GenerateDocumentationFile>false</GenerateDocumentationFile>");

    public static readonly DiagnosticDescriptor DuplicateParameter = Error("IMQ008", "Two parameters have one name",
        "{0} and {1} of {2} are both the parameter '{3}'; rename one, or give it another name with [Parameter(Name = \"…\")]");

    public static readonly DiagnosticDescriptor NoOrganization = Warning("IMQ009", "Bot name lacks the organization",
        "'{0}' does not say whose bot it is and may clash with another's; name it '{1}'");

    public static readonly DiagnosticDescriptor BuiltInName = Error("IMQ010", "Name belongs to a bot of IntelMQ",
        "'{0}' is the name of a bot that comes with IntelMQ, which yours would never replace; put your organization into the name, for example '{1}'");

    public static readonly DiagnosticDescriptor SeveralOptions = Error("IMQ011", "Bot has more than one options record",
        "The constructor of {0} takes {1} options records; a bot has one, which may derive from another to share parameters");

    public static readonly DiagnosticDescriptor UnfitOptions = Error("IMQ012", "Options record cannot be created",
        "{0} cannot be created from parameters: {1}");

    public static readonly DiagnosticDescriptor MalformedDefault = Error("IMQ013", "DefaultJson is no JSON",
        "DefaultJson of {0} is '{1}', which is no JSON value; texts need quotes inside: DefaultJson = \"\\\"text\\\"\"");

    public static readonly DiagnosticDescriptor NoService = Error("IMQ014", "Constructor asks for something that is no service",
        "The parameter '{0}' of {1} has the type {2}, which the host cannot supply; make it a property of the options record, or ask for a service such as IDnsResolver, IHttpClients, IBotCache or TimeProvider");

    public static readonly DiagnosticDescriptor UnfitContribution = Error("IMQ015", "Upgrade or check cannot be used",
        "{0} cannot be created by the host: {1}");

    public static readonly DiagnosticDescriptor LostContribution = Warning("IMQ016", "Upgrade or check is never found",
        "{0} implements {1}, but has no [{2}], so that the host does not find it");

    public static readonly DiagnosticDescriptor UnfitUpgrade = Error("IMQ017", "Upgrade is for nothing that it could change",
        "{0}: {1}");

    public static readonly DiagnosticDescriptor LostBot = Warning("IMQ018", "Bot has no name",
        "{0} derives from a base class of bots, but has no [Bot], so that the package does not offer it; add [Bot(\"{1}\")], or make it abstract");

    public static readonly DiagnosticDescriptor UnfitCall = Warning("IMQ020", "Call does not belong into a bot",
        "{0} must not be used in a bot: {1}");

    public static readonly ImmutableArray<DiagnosticDescriptor> All =
    [
        MalformedName, WrongGroup, DuplicateName, NotCreatable, UnsupportedType, UnknownDefault, NoSummary, DuplicateParameter,
        NoOrganization, BuiltInName, SeveralOptions, UnfitOptions, MalformedDefault, NoService, UnfitContribution,
        LostContribution, UnfitUpgrade, LostBot, UnfitCall, UnreadSummary,
    ];

    /// <summary>Why nothing is known of a documentation comment.</summary>
    public static DiagnosticDescriptor MissingSummaryOf(ISymbol symbol) =>
        symbol.DeclaringSyntaxReferences.Any(static r => r.SyntaxTree.Options.DocumentationMode == DocumentationMode.None) ? UnreadSummary : NoSummary;

    static DiagnosticDescriptor Error(string id, string title, string message, params string[] tags) =>
        new(id, title, message, "IntelMQ", DiagnosticSeverity.Error, isEnabledByDefault: true, customTags: tags);

    static DiagnosticDescriptor Warning(string id, string title, string message) =>
        new(id, title, message, "IntelMQ", DiagnosticSeverity.Warning, isEnabledByDefault: true);
}
