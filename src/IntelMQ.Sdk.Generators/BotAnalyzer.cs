using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace IntelMQ.Sdk.Generators;

/// <summary>Tells authors while they write what the host, the manifest or an operator would stumble over.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BotAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc />
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => Diagnostics.All;

    /// <inheritdoc />
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(SdkNames.BotAttribute) is null) return;
            var isBuiltIn = start.Options.AnalyzerConfigOptionsProvider.GlobalOptions.TryGetValue("build_property.IntelMQBuiltIn", out var value) && value == "true";
            var bots = new ConcurrentBag<NamedBot>();
            var isLibrary = start.Compilation.Options.OutputKind == OutputKind.DynamicallyLinkedLibrary;
            start.RegisterSymbolAction(c => Analyze(c, isBuiltIn, isLibrary, bots), SymbolKind.NamedType);
            start.RegisterCompilationEndAction(end => ReportDuplicates(end, bots));
            if (isLibrary) UnfitCalls.Register(start);
        });
    }

    static void Analyze(SymbolAnalysisContext context, bool isBuiltIn, bool isLibrary, ConcurrentBag<NamedBot> bots)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (type.TypeKind != TypeKind.Class) return;
        if (SdkNames.IsOptions(type)) new OptionsRules(context, type).Check();
        ContributionRules.Check(context, type);
        if (SdkNames.Attribute(type, SdkNames.BotAttribute) is not { ConstructorArguments: [{ Value: string name }] } attribute)
        {
            if (isLibrary && !type.IsAbstract && SdkNames.GroupOf(type) is { } group && SdkNames.Attribute(type, SdkNames.BotAttribute) is null)
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.LostBot, type.Locations[0], type.Name, Example(group, type)));
            return;
        }

        var location = attribute.ApplicationSyntaxReference?.GetSyntax(context.CancellationToken).GetLocation() ?? type.Locations[0];
        bots.Add(new(name, type, location));
        CheckName(context, type, name, location, isBuiltIn);
        CheckClass(context, type);
    }

    static void CheckName(SymbolAnalysisContext context, INamedTypeSymbol type, string name, Location location, bool isBuiltIn)
    {
        var group = SdkNames.GroupOf(type);
        if (!BotName.IsWellFormed(name))
        {
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.MalformedName, location, name, Example(group ?? "experts", type)));
            return;
        }

        var parts = name.Split('.');
        if (group is not null && parts[2] != group)
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.WrongGroup, location, name, parts[2], type.Name, group, string.Join(".", parts.Take(2).Append(group).Concat(parts.Skip(3)))));
        if (isBuiltIn) return;
        if (BotName.IsBuiltIn(name))
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.BuiltInName, location, name, Example(group ?? parts[2], type)));
        else if (parts.Length < 5)
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.NoOrganization, location, name, $"intelmq.bots.{group ?? parts[2]}.{Organization(type)}.{parts[3]}"));
    }

    static string Example(string group, INamedTypeSymbol type) => $"intelmq.bots.{group}.{Organization(type)}.{SnakeCase.Of(type.Name)}";

    /// <summary>A guess from the assembly's name: <c>Acme.Bots</c> is by <c>acme</c>.</summary>
    static string Organization(INamedTypeSymbol type)
    {
        var first = type.ContainingAssembly.Name.Split('.')[0];
        return new string([.. first.ToLowerInvariant().Select(static c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') ? c : '_')]);
    }

    static void CheckClass(SymbolAnalysisContext context, INamedTypeSymbol type)
    {
        if (Documentation.Of(type, context.CancellationToken).Summary.Length == 0)
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.MissingSummaryOf(type), type.Locations[0], type.Name, "intelmqctl list bots"));

        var constructors = SdkNames.Constructors(type);
        if (WhyNotCreatable(type, constructors) is { } reason)
        {
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.NotCreatable, type.Locations[0], type.Name, reason));
            return;
        }

        var records = constructors[0].Parameters.Where(static p => SdkNames.IsOptions(p.Type)).ToArray();
        if (records.Length > 1) context.ReportDiagnostic(Diagnostic.Create(Diagnostics.SeveralOptions, type.Locations[0], type.Name, records.Length));
        foreach (var record in records)
            if (OptionsRules.WhyNotCreatable((INamedTypeSymbol)record.Type) is { } why)
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.UnfitOptions, record.Locations[0], record.Type.Name, why));
        foreach (var parameter in constructors[0].Parameters)
            if (!SdkNames.IsOptions(parameter.Type) && !BotReader.IsService(parameter.Type))
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.NoService, parameter.Locations[0], parameter.Name, type.Name, parameter.Type.ToDisplayString()));
    }

    static string? WhyNotCreatable(INamedTypeSymbol type, IMethodSymbol[] constructors) =>
        SdkNames.GroupOf(type) is null ? "derive it from Collector, Parser, Expert or Output"
        : type.IsAbstract ? "it is abstract; put [Bot] on the classes derived from it"
        : type.IsGenericType ? "it is generic; derive a class of it for each type and put [Bot] there"
        : !SdkNames.IsReachable(type) ? "it is private; make it public or internal"
        : constructors.Length == 0 ? "it has no public or internal constructor"
        : constructors.Length > 1 ? "it has several constructors; leave the one with the options record and the services"
        : null;

    static void ReportDuplicates(CompilationAnalysisContext context, ConcurrentBag<NamedBot> bots)
    {
        foreach (var same in bots.GroupBy(static b => b.Name, StringComparer.Ordinal))
        {
            var sorted = same.OrderBy(static b => b.Type.ToDisplayString(), StringComparer.Ordinal).ToArray();
            foreach (var later in sorted.Skip(1))
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.DuplicateName, later.Location, later.Name, sorted[0].Type.ToDisplayString()));
        }
    }

    sealed class NamedBot(string name, INamedTypeSymbol type, Location location)
    {
        public string Name => name;

        public INamedTypeSymbol Type => type;

        public Location Location => location;
    }
}
