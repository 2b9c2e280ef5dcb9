using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>A field that packages add to the data format.</summary>
/// <param name="Key">Kind of message and name, as <c>extensions prefer</c> takes it: <c>event:awesome.severity</c>.</param>
/// <param name="Owners">The packages that define it, at least one.</param>
/// <param name="Chosen">The definition that is used; null when packages define it differently and nobody has chosen.</param>
internal sealed record CatalogueField(string Key, IReadOnlyList<FieldOwner> Owners, FieldOwner? Chosen)
{
    public static string KeyOf(AddedField field) => $"{field.Section}:{field.Name}";

    /// <summary>Whether a text is the key of a field and not the name of a bot.</summary>
    public static bool IsKey(string text) => text.StartsWith("event:", StringComparison.Ordinal) || text.StartsWith("report:", StringComparison.Ordinal);
}

/// <summary>A package and its definition of a field.</summary>
internal sealed record FieldOwner(ExtensionPackage Package, AddedField Field)
{
    public override string ToString() => $"{Package} ({Describe(Field)})";

    /// <summary>What a field demands of its values.</summary>
    public static string Describe(AddedField field) => string.Join(
        ", ",
        new[]
        {
            field.Type,
            field.Length is { } length ? $"at most {length} characters" : null,
            field.Regex is { } regex ? $"regex {regex}" : null,
            field.CaseInsensitiveRegex is { } iregex ? $"iregex {iregex}" : null,
        }.OfType<string>());

    /// <summary>Whether two definitions accept the same values; their descriptions may differ.</summary>
    public static bool DemandTheSame(AddedField one, AddedField other) =>
        (one.Type, one.Length, one.Regex, one.CaseInsensitiveRegex) == (other.Type, other.Length, other.Regex, other.CaseInsensitiveRegex);
}

/// <summary>A feed and the package that knows it. Several packages may know one: each has its own way to fetch it.</summary>
internal sealed record CatalogueFeed(ExtensionPackage Package, FeedManifest Feed);

/// <summary>A configuration upgrade that may run.</summary>
internal sealed record CatalogueUpgrade(ExtensionPackage Package, UpgradeManifest Upgrade);

/// <summary>The fields of the data format that IntelMQ itself has.</summary>
internal static class OwnFields
{
    static readonly Lazy<Dictionary<string, AddedField>> All = new(() => Of("event", DataFormat.Shipped.Event).Concat(Of("report", DataFormat.Shipped.Report)).ToDictionary(CatalogueField.KeyOf, StringComparer.Ordinal));

    static IEnumerable<AddedField> Of(string section, MessageRules rules) =>
        rules.All.Select(rule => new AddedField(section, rule.Field.Name, rule.Type.Name, rule.Length, rule.RegexText, rule.Description, rule.CaseInsensitiveRegexText));

    /// <summary>The definition of IntelMQ itself; null for a field that it does not have.</summary>
    public static AddedField? Find(string key) => All.Value.GetValueOrDefault(key);
}
