using System.Collections.Frozen;
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
    static readonly FrozenDictionary<string, string> TaxonomyOfType = new Dictionary<string, string>
    {
        ["harmful-speech"] = "abusive-content",
        ["spam"] = "abusive-content",
        ["violence"] = "abusive-content",
        ["ddos"] = "availability",
        ["dos"] = "availability",
        ["misconfiguration"] = "availability",
        ["outage"] = "availability",
        ["sabotage"] = "availability",
        ["copyright"] = "fraud",
        ["masquerade"] = "fraud",
        ["phishing"] = "fraud",
        ["unauthorized-use-of-resources"] = "fraud",
        ["data-leak"] = "information-content-security",
        ["data-loss"] = "information-content-security",
        ["unauthorised-information-access"] = "information-content-security",
        ["unauthorised-information-modification"] = "information-content-security",
        ["scanner"] = "information-gathering",
        ["sniffing"] = "information-gathering",
        ["social-engineering"] = "information-gathering",
        ["brute-force"] = "intrusion-attempts",
        ["exploit"] = "intrusion-attempts",
        ["ids-alert"] = "intrusion-attempts",
        ["application-compromise"] = "intrusions",
        ["burglary"] = "intrusions",
        ["privileged-account-compromise"] = "intrusions",
        ["system-compromise"] = "intrusions",
        ["unprivileged-account-compromise"] = "intrusions",
        ["c2-server"] = "malicious-code",
        ["infected-system"] = "malicious-code",
        ["malware-configuration"] = "malicious-code",
        ["malware-distribution"] = "malicious-code",
        ["test"] = "test",
        ["ddos-amplifier"] = "vulnerable",
        ["information-disclosure"] = "vulnerable",
        ["potentially-unwanted-accessible"] = "vulnerable",
        ["vulnerable-system"] = "vulnerable",
        ["weak-crypto"] = "vulnerable",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        var isTyped = e.TryGet(ClassificationType, out var type);
        if (!e.Has(ClassificationTaxonomy))
            e.Add(ClassificationTaxonomy, isTyped ? TaxonomyOfType.GetValueOrDefault(type!, "other") : "other");
        if (!isTyped) e.Add(ClassificationType, "undetermined");
        return default;
    }
}
