using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.Taxonomy;

/// <summary>Adds the incident category that the type of an event belongs to.</summary>
/// <remarks>
/// Categories and types are those of the Reference Security Incident Taxonomy. A type that the table does not have
/// belongs to <c>other</c>; an event without any type becomes <c>undetermined</c>. What an event has stays.
/// </remarks>
[Bot("intelmq.bots.experts.taxonomy.expert")]
public sealed class TaxonomyExpert : Enricher
{
    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        var isTyped = e.TryGet(ClassificationType, out var type);
        if (!e.Has(ClassificationTaxonomy))
            e.Add(ClassificationTaxonomy, isTyped ? Classification.TaxonomyOf(type!) : "other");
        if (!isTyped) e.Add(ClassificationType, "undetermined");
        return default;
    }
}
