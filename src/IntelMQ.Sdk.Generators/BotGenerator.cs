using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IntelMQ.Sdk.Generators;

/// <summary>
/// For an assembly with <c>[Bot]</c> classes: writes their manifest, and that of its upgrades and checks, into its metadata, where it can be read without
/// running anything, and the code that the host creates them by.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class BotGenerator : IIncrementalGenerator
{
    internal const string BotsStep = "Bots";

    /// <inheritdoc />
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var bots = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                SdkNames.BotAttribute,
                static (node, _) => node is ClassDeclarationSyntax,
                static (found, cancellationToken) => BotReader.Read((INamedTypeSymbol)found.TargetSymbol, found.Attributes[0], found.SemanticModel.Compilation, cancellationToken))
            .Where(static bot => bot is not null)
            .Select(static (bot, _) => bot!)
            .Collect()
            .Select(static (all, _) => new EquatableArray<BotModel>(Distinct(all)))
            .WithTrackingName(BotsStep);

        var documentation = context.AdditionalTextsProvider
            .Where(static file => file.Path.EndsWith(".xml", StringComparison.OrdinalIgnoreCase))
            .Select(static (file, cancellationToken) => new EquatableArray<Summary>(
                Documentation.InFile(file.GetText(cancellationToken)?.ToString() ?? "").Select(static pair => new Summary(pair.Key, pair.Value))))
            .Collect();

        var contributions = Contributions(context, SdkNames.UpgradeAttribute).Combine(Contributions(context, SdkNames.CheckAttribute))
            .Select(static (both, _) => new EquatableArray<ContributionModel>(both.Left.Concat(both.Right)));

        context.RegisterSourceOutput(bots.Combine(documentation).Combine(contributions), static (output, found) =>
        {
            if (found.Left.Left.Count > 0) output.AddSource("IntelMQ.Bots.g.cs", Write(found.Left.Left, found.Left.Right, found.Right));
        });
    }

    static IncrementalValueProvider<EquatableArray<ContributionModel>> Contributions(IncrementalGeneratorInitializationContext context, string attribute) =>
        context.SyntaxProvider
            .ForAttributeWithMetadataName(
                attribute,
                static (node, _) => node is ClassDeclarationSyntax,
                static (found, cancellationToken) => ContributionModel.Read((INamedTypeSymbol)found.TargetSymbol, found.Attributes[0], cancellationToken))
            .Where(static contribution => contribution is not null)
            .Select(static (contribution, _) => contribution!)
            .Collect()
            .Select(static (all, _) => new EquatableArray<ContributionModel>(all
                .OrderBy(static c => System.Version.TryParse(c.Version, out var version) ? version : new())
                .ThenBy(static c => c.ClrType, StringComparer.Ordinal)));

    // Two bots with one name are an error of their own (IMQ003); the code must still compile for the others.
    static IEnumerable<BotModel> Distinct(ImmutableArray<BotModel> bots) =>
        bots.OrderBy(static b => b.Name, StringComparer.Ordinal).ThenBy(static b => b.ClrType, StringComparer.Ordinal)
            .GroupBy(static b => b.Name, StringComparer.Ordinal).Select(static same => same.First());

    static string Write(EquatableArray<BotModel> bots, ImmutableArray<EquatableArray<Summary>> files, EquatableArray<ContributionModel> contributions)
    {
        var documentation = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var summary in files.SelectMany(static f => f)) documentation[summary.DocumentationId] = summary.Text;
        return EntryWriter.Write(bots, new ManifestWriter(documentation).Write(bots), contributions);
    }

    sealed record Summary(string DocumentationId, string Text);
}
