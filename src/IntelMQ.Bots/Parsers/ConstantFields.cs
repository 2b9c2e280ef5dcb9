namespace IntelMQ.Bots.Parsers;

/// <summary>Fields that every event of a kind gets with the same value, out of a table such as <c>{"classification.type": "scanner"}</c>.</summary>
sealed class ConstantFields(JsonRow table)
{
    readonly KeyValuePair<Field, FieldValue>[] _fields = [.. table.Keys.Select(name => KeyValuePair.Create(Field.Named(name), table[name]))];

    /// <summary>Kinds by their names, out of a table of tables.</summary>
    public static IReadOnlyDictionary<string, ConstantFields> ByName(JsonRow tables) =>
        tables.Keys.ToDictionary(name => name, name => new ConstantFields(tables.Object(name)), StringComparer.Ordinal);

    /// <summary>Adds the fields; an event that has one of them already is an error.</summary>
    public void AddTo(Event e)
    {
        foreach (var (field, value) in _fields) e.Add(field, value);
    }
}
