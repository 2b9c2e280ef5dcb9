using System.Collections.Frozen;

namespace IntelMQ.Bots.Parsers.Cymru.CapProgram;

/// <summary>What the two forms call things, and what that means.</summary>
static class CapTables
{
    static readonly JsonRow Tables = EmbeddedTable.Read<CapProgramParser>("cap.table.json");

    /// <summary>The categories of the present form.</summary>
    public static ConstantFields Categories { get; } = new(Tables.Object("categories"));

    /// <summary>The types of the former form.</summary>
    public static ConstantFields Types { get; } = new(Tables.Object("types"));

    /// <summary>Names of transport protocols by their number.</summary>
    public static IReadOnlyDictionary<string, string> Protocols { get; } = Tables.Texts("protocols");
}

/// <summary>Fields that follow from a name.</summary>
sealed class ConstantFields
{
    readonly FrozenDictionary<string, KeyValuePair<Field, string>[]> _fields;

    public ConstantFields(JsonRow table) => _fields = table.Keys.ToFrozenDictionary(
        name => name, name => table.Texts(name).Select(entry => KeyValuePair.Create(Field.Named(entry.Key), entry.Value)).ToArray(), StringComparer.Ordinal);

    /// <exception cref="InvalidMessageException">The name is not known.</exception>
    public void AddTo(Event e, string name)
    {
        if (!_fields.TryGetValue(name, out var fields))
            throw new InvalidMessageException($"'{name}' is not known; expected one of {string.Join(", ", _fields.Keys.Order(StringComparer.Ordinal))}.");
        foreach (var (field, value) in fields) e.Add(field, value);
    }
}
