using System.Collections.Frozen;

namespace IntelMQ.Sdk;

/// <summary>The kinds of incident and the categories they belong to (Reference Security Incident Taxonomy).</summary>
public static class Classification
{
    static readonly FrozenDictionary<string, string> TaxonomyByType = new Dictionary<string, string>
    {
        ["application-compromise"] = "intrusions",
        ["blacklist"] = "other",
        ["brute-force"] = "intrusion-attempts",
        ["burglary"] = "intrusions",
        ["c2-server"] = "malicious-code",
        ["copyright"] = "fraud",
        ["data-leak"] = "information-content-security",
        ["data-loss"] = "information-content-security",
        ["ddos"] = "availability",
        ["ddos-amplifier"] = "vulnerable",
        ["dga-domain"] = "other",
        ["dos"] = "availability",
        ["exploit"] = "intrusion-attempts",
        ["harmful-speech"] = "abusive-content",
        ["ids-alert"] = "intrusion-attempts",
        ["infected-system"] = "malicious-code",
        ["information-disclosure"] = "vulnerable",
        ["malware"] = "other",
        ["malware-configuration"] = "malicious-code",
        ["malware-distribution"] = "malicious-code",
        ["masquerade"] = "fraud",
        ["misconfiguration"] = "availability",
        ["other"] = "other",
        ["outage"] = "availability",
        ["phishing"] = "fraud",
        ["potentially-unwanted-accessible"] = "vulnerable",
        ["privileged-account-compromise"] = "intrusions",
        ["proxy"] = "other",
        ["sabotage"] = "availability",
        ["scanner"] = "information-gathering",
        ["sniffing"] = "information-gathering",
        ["social-engineering"] = "information-gathering",
        ["spam"] = "abusive-content",
        ["system-compromise"] = "intrusions",
        ["test"] = "test",
        ["tor"] = "other",
        ["unauthorised-information-access"] = "information-content-security",
        ["unauthorised-information-modification"] = "information-content-security",
        ["unauthorized-use-of-resources"] = "fraud",
        ["undetermined"] = "other",
        ["unprivileged-account-compromise"] = "intrusions",
        ["violence"] = "abusive-content",
        ["vulnerable-system"] = "vulnerable",
        ["weak-crypto"] = "vulnerable",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static readonly FrozenDictionary<string, string> CurrentTypeByOldName = new Dictionary<string, string>
    {
        ["botnet drone"] = "infected-system",
        ["ids alert"] = "ids-alert",
        ["c&c"] = "c2-server",
        ["c2server"] = "c2-server",
        ["infected system"] = "infected-system",
        ["malware configuration"] = "malware-configuration",
        ["vulnerable client"] = "vulnerable-system",
        ["vulnerable service"] = "vulnerable-system",
        ["backdoor"] = "system-compromise",
        ["leak"] = "data-leak",
        ["ransomware"] = "infected-system",
        ["unknown"] = "undetermined",
        ["dga domain"] = "dga-domain",
        ["unauthorized-login"] = "system-compromise",
        ["unauthorized-command"] = "system-compromise",
        ["compromised"] = "system-compromise",
        ["defacement"] = "unauthorised-information-modification",
        ["dropzone"] = "other",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static readonly FrozenSet<string> KnownTaxonomies = FrozenSet.Create(
        StringComparer.Ordinal, "abusive-content", "availability", "fraud", "information-content-security", "information-gathering",
        "intrusion-attempts", "intrusions", "malicious-code", "other", "test", "vulnerable");

    /// <summary>All types, each with its taxonomy.</summary>
    public static IReadOnlyDictionary<string, string> Taxonomies => TaxonomyByType;

    /// <summary>The taxonomy of a type; <c>other</c> for a type that is not known.</summary>
    public static string TaxonomyOf(string type) => TaxonomyByType.GetValueOrDefault(type, "other");

    internal static KnownWords TypeWords { get; } = new(TaxonomyByType.Keys.Select(static type => KeyValuePair.Create(type, type)).Concat(CurrentTypeByOldName));

    internal static bool IsType(string text) => TaxonomyByType.ContainsKey(text);

    internal static KnownWords TaxonomyWords { get; } = new(KnownTaxonomies.Select(static taxonomy => KeyValuePair.Create(taxonomy, taxonomy)));

    internal static bool IsTaxonomy(string text) => KnownTaxonomies.Contains(text);

    internal static string CurrentType(string text) => CurrentTypeByOldName.GetValueOrDefault(text, text);
}

sealed class ClassificationTypeType() : LowerCasedType("ClassificationType")
{
    private protected override KnownWords Words => Classification.TypeWords;

    private protected override string? Form(string text) => Classification.IsType(text) ? text : text.Length == 0 ? null : Classification.CurrentType(text);

    public override bool IsValid(in FieldValue value) => value.Text is { } text && Classification.IsType(text);
}

sealed class ClassificationTaxonomyType() : LowerCasedType("ClassificationTaxonomy")
{
    private protected override KnownWords Words => Classification.TaxonomyWords;

    private protected override string? Form(string text) => text switch
    {
        "" => null,
        "abusive content" => "abusive-content",
        "information gathering" => "information-gathering",
        "intrusion attempts" => "intrusion-attempts",
        "malicious code" => "malicious-code",
        _ => text,
    };

    public override bool IsValid(in FieldValue value) => value.Text is { } text && Classification.IsTaxonomy(text);
}
