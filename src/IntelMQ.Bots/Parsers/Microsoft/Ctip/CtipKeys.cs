using System.Collections.Frozen;

namespace IntelMQ.Bots.Parsers.Microsoft.Ctip;

/// <summary>What becomes of the keys of one of the two forms.</summary>
/// <param name="Fields">The fields of events by the names of keys.</param>
/// <param name="Skipped">Keys that say nothing new.</param>
sealed record CtipKeys(FrozenDictionary<string, Field> Fields, FrozenSet<string> Skipped)
{
    static readonly JsonRow Table = EmbeddedTable.Read<CtipParser>("keys.table.json");

    public static CtipKeys Interflow { get; } = Read("interflow");

    public static CtipKeys Azure { get; } = Read("azure");

    /// <summary>Percentages by the words of Azure.</summary>
    public static FrozenDictionary<string, double> Confidence { get; } =
        Table.Object("confidence").Keys.ToFrozenDictionary(word => word, word => Table.Get("confidence", word).TryGetNumber(out var percent) ? percent : 0, StringComparer.Ordinal);

    static CtipKeys Read(string form) => new(
        Table.Texts(form).ToFrozenDictionary(entry => entry.Key, entry => Field.Named(entry.Value), StringComparer.Ordinal),
        Table.Items(form + "_skipped").Select(key => key.Value.ToString()).ToFrozenSet(StringComparer.Ordinal));

    /// <summary>The field of a key.</summary>
    /// <exception cref="InvalidMessageException">The key is not known.</exception>
    public Field FieldOf(string key) =>
        Fields.GetValueOrDefault(key) ?? throw new InvalidMessageException($"'{key}' is not known; what it means has to be added to the parser.");
}
