using System.Text.Json;

namespace IntelMQ.Sdk;

/// <summary>Reads a <c>harmonization.conf</c> and notes everything that is wrong with it, each with its line.</summary>
sealed class DataFormatReader(string fileName)
{
    readonly Dictionary<string, Dictionary<string, FieldRule>> _sections = new(StringComparer.Ordinal);

    public List<string> Errors { get; } = [];

    /// <summary>The rules for one kind of message.</summary>
    public MessageRules RulesOf(string section) => new(section, _sections[section].Values);

    public void Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        var start = utf8.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0 || utf8[start] != '{')
        {
            Errors.Add($"{fileName}: line 1: expected a JSON object with the sections \"event\" and \"report\". A file in YAML must be converted to JSON.");
            return;
        }

        try
        {
            ReadSections(utf8);
        }
        catch (JsonException e)
        {
            Errors.Add($"{fileName}: line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: this is no JSON: {Reason(e)}");
            return;
        }

        foreach (var section in new[] { "event", "report" })
            if (!_sections.ContainsKey(section))
                Errors.Add($"{fileName}: the section \"{section}\" is missing.");
    }

    // What the library appends about its own path is noise here.
    static string Reason(JsonException e) => e.Message.Split(" LineNumber:")[0];

    void ReadSections(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 64, AllowTrailingCommas = true });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var section = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject) ReadFields(ref reader, utf8, section);
            else Refuse(ref reader, utf8, section, "a JSON object with fields");
        }

        reader.Read();
    }

    void ReadFields(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, string section)
    {
        var rules = _sections[section] = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var line = LineAt(utf8, reader.TokenStartIndex);
            var path = $"{section}: {name}";
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                Refuse(ref reader, utf8, path, "a JSON object with the options of the field");
                continue;
            }

            var before = Errors.Count;
            var definition = new FieldDefinition(section, name);
            ReadOptions(ref reader, utf8, path, definition);
            var rule = definition.ToRule(error => Errors.Add($"{fileName}: line {line}: {path}: {error}"));
            if (definition.Type is null && Errors.Count == before) Errors.Add($"{fileName}: line {line}: {path}: the option \"type\" is missing; expected one of {TypeNames}.");
            if (rule is not null) rules[name] = rule;
        }
    }

    static string TypeNames => string.Join(", ", DataType.All.Select(type => type.Name).Order(StringComparer.Ordinal));

    void ReadOptions(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, string path, FieldDefinition definition)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var option = reader.GetString()!;
            reader.Read();
            switch (option)
            {
                case "type": definition.Type = ReadText(ref reader, utf8, $"{path}: {option}"); break;
                case "description": definition.Description = ReadText(ref reader, utf8, $"{path}: {option}"); break;
                case "regex": definition.Regex = ReadText(ref reader, utf8, $"{path}: {option}"); break;
                case "iregex": definition.CaseInsensitiveRegex = ReadText(ref reader, utf8, $"{path}: {option}"); break;
                case "length":
                    if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var length) && length >= 0) definition.Length = length;
                    else Refuse(ref reader, utf8, $"{path}: {option}", "a whole number of characters");
                    break;
                // Other options are notes of the user's; the original ignores them too.
                default: reader.Skip(); break;
            }
        }
    }

    string? ReadText(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, string path)
    {
        if (reader.TokenType == JsonTokenType.String) return reader.GetString();
        Refuse(ref reader, utf8, path, "a text");
        return null;
    }

    void Refuse(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, string path, string expected)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var found = System.Text.Encoding.UTF8.GetString(utf8[start..(int)reader.BytesConsumed]);
        if (found.Length > 60) found = found[..60] + "…";
        Errors.Add($"{fileName}: line {LineAt(utf8, start)}: {path}: {found} stands there; expected {expected}.");
    }

    static int LineAt(ReadOnlySpan<byte> utf8, long position) => utf8[..(int)position].Count((byte)'\n') + 1;
}
