using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IntelMQ.Sdk.Generators;

/// <summary>
/// For an assembly with <c>[Bot]</c> classes: writes their manifest into its metadata, where it can be read without
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

        context.RegisterSourceOutput(bots.Combine(documentation), static (output, found) =>
        {
            if (found.Left.Count > 0) output.AddSource("IntelMQ.Bots.g.cs", Write(found.Left, found.Right));
        });
    }

    // Two bots with one name are an error of their own (IMQ003); the code must still compile for the others.
    static IEnumerable<BotModel> Distinct(ImmutableArray<BotModel> bots) =>
        bots.OrderBy(static b => b.Name, StringComparer.Ordinal).ThenBy(static b => b.ClrType, StringComparer.Ordinal)
            .GroupBy(static b => b.Name, StringComparer.Ordinal).Select(static same => same.First());

    static string Write(EquatableArray<BotModel> bots, ImmutableArray<EquatableArray<Summary>> files)
    {
        var documentation = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var summary in files.SelectMany(static f => f)) documentation[summary.DocumentationId] = summary.Text;
        return EntryWriter.Write(bots, new ManifestWriter(documentation).Write(bots));
    }

    sealed record Summary(string DocumentationId, string Text);
}
