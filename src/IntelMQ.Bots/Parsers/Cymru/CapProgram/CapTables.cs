namespace IntelMQ.Bots.Parsers.Cymru.CapProgram;

/// <summary>What the two forms call things, and what that means.</summary>
static class CapTables
{
    static readonly JsonRow Tables = EmbeddedTable.Read<CapProgramParser>("cap.table.json");
    static readonly IReadOnlyDictionary<string, ConstantFields> Categories = ConstantFields.ByName(Tables.Object("categories"));
    static readonly IReadOnlyDictionary<string, ConstantFields> Types = ConstantFields.ByName(Tables.Object("types"));

    /// <summary>Names of transport protocols by their number.</summary>
    public static IReadOnlyDictionary<string, string> Protocols { get; } = Tables.Texts("protocols");

    /// <summary>Adds what follows from a category of the present form.</summary>
    /// <exception cref="InvalidMessageException">There is no such category.</exception>
    public static void AddCategory(Event e, string name) => Add(e, Categories, name);

    /// <summary>Adds what follows from a type of the former form.</summary>
    /// <exception cref="InvalidMessageException">There is no such type.</exception>
    public static void AddType(Event e, string name) => Add(e, Types, name);

    static void Add(Event e, IReadOnlyDictionary<string, ConstantFields> kinds, string name)
    {
        if (!kinds.TryGetValue(name, out var fields)) throw new InvalidMessageException($"'{name}' is not known; expected one of {string.Join(", ", kinds.Keys.Order(StringComparer.Ordinal))}.");
        fields.AddTo(e);
    }
}
