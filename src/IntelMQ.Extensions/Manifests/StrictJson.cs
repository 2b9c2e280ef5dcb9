using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>
/// A JSON document that is checked while it is read. All that is wrong is collected with file, line and path; unknown
/// properties are ignored, repeated ones are not.
/// </summary>
internal sealed class StrictJson
{
    readonly string _file;
    readonly ReadOnlyMemory<byte> _bytes;
    readonly List<(string Path, string Text)> _errors = [];

    StrictJson(string file, ReadOnlyMemory<byte> bytes) => (_file, _bytes) = (file, bytes);

    /// <summary>Parses and reads a document.</summary>
    /// <param name="file">What messages call it.</param>
    /// <param name="bytes">UTF-8, with or without a byte order mark.</param>
    /// <param name="read">Reads the root object; what it returns counts only if it complained about nothing.</param>
    /// <exception cref="ExtensionException">The document is wrong; all of it is said.</exception>
    public static T Read<T>(string file, ReadOnlyMemory<byte> bytes, Func<StrictObject, T> read)
    {
        if (bytes.Span.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        var document = new StrictJson(file, bytes);
        if (document.FirstLineThatIsNoText() is { } badLine) throw new ExtensionException([new(BotLogLevel.Error, "is not UTF-8 text") { File = file, Line = badLine }]);
        JsonElement root;
        try
        {
            root = JsonElement.Parse(bytes.Span, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 });
        }
        catch (JsonException e)
        {
            // What the message says behind this about the place is zero-based; Line says it.
            var what = e.Message.Split(" LineNumber:")[0];
            throw new ExtensionException([new(BotLogLevel.Error, what) { File = file, Line = e.LineNumber is { } line ? (int)line + 1 : document.LineOfRepetition() }], e);
        }

        if (root.ValueKind != JsonValueKind.Object) throw new ExtensionException([new(BotLogLevel.Error, "the document is not an object") { File = file, Line = 1 }]);
        var result = read(new StrictObject(document, root, ""));
        return document._errors.Count == 0 ? result : throw new ExtensionException([.. document._errors.Select(document.ToProblem)]);
    }

    public void Add(string path, string text) => _errors.Add((path, text));

    Problem ToProblem((string Path, string Text) error) =>
        new(BotLogLevel.Error, error.Text) { File = _file, Path = error.Path, Line = LineOf(error.Path) };

    /// <summary>The line where the value of a path starts, or where the nearest thing around it does.</summary>
    int LineOf(string path)
    {
        var reader = new Utf8JsonReader(_bytes.Span);
        var names = new List<string>();
        var counts = new List<int>();
        long best = 0;
        var length = -1;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                names.RemoveAt(names.Count - 1);
                counts.RemoveAt(counts.Count - 1);
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                names[^1] = reader.GetString()!;
                continue;
            }

            // A value: an element of an array gets its number now.
            if (counts.Count > 0 && counts[^1] >= 0) names[^1] = $"[{counts[^1]++}]";
            var here = Join(names);
            if (here.Length > length && IsAround(here, path)) (best, length) = (reader.TokenStartIndex, here.Length);
            if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject)) continue;
            names.Add("");
            counts.Add(reader.TokenType == JsonTokenType.StartArray ? 0 : -1);
        }

        return LineAt(best);
    }

    /// <summary>The line of the first name that an object has twice, which the parser does not tell.</summary>
    int? LineOfRepetition()
    {
        var reader = new Utf8JsonReader(_bytes.Span);
        var names = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject) names.Push(new HashSet<string>(StringComparer.Ordinal));
            else if (reader.TokenType == JsonTokenType.EndObject) names.Pop();
            else if (reader.TokenType == JsonTokenType.PropertyName && !names.Peek().Add(reader.GetString()!)) return LineAt(reader.TokenStartIndex);
        }

        return null;
    }

    /// <summary>The line with bytes that are no UTF-8, or with half of an escaped pair of characters: no text can be made of these.</summary>
    int? FirstLineThatIsNoText()
    {
        var bytes = _bytes.Span;
        if (!Utf8.IsValid(bytes))
        {
            var valid = 0;
            while (Rune.DecodeFromUtf8(bytes[valid..], out _, out var length) == OperationStatus.Done) valid += length;
            return LineAt(valid);
        }

        return bytes.IndexOf("\\u"u8) >= 0 ? FirstLineWithHalfPair() : null;
    }

    int? FirstLineWithHalfPair()
    {
        var reader = new Utf8JsonReader(_bytes.Span);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) reader.GetString();
            }
        }
        catch (InvalidOperationException)
        {
            return LineAt(reader.TokenStartIndex);
        }
        catch (JsonException)
        {
            // Said by the parser that comes after this.
            return null;
        }

        return null;
    }

    int LineAt(long position) => _bytes.Span[..(int)position].Count((byte)'\n') + 1;

    static string Join(List<string> names)
    {
        var path = "";
        foreach (var name in names) path = Join(path, name);
        return path;
    }

    internal static string Join(string path, string name) => path.Length == 0 || name.StartsWith('[') ? path + name : $"{path}.{name}";

    static bool IsAround(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (outer.Length == 0 || inner.Length == outer.Length || inner[outer.Length] is '.' or '[');
}

/// <summary>An object of a document that is being checked.</summary>
internal readonly struct StrictObject(StrictJson document, JsonElement element, string path)
{
    public JsonElement Element => element;

    public void Fail(string name, string text) => document.Add(PathOf(name), text);

    public bool Has(string name) => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A text that must be there; an empty one stands for a wrong one.</summary>
    public string Text(string name, string expected)
    {
        if (OptionalText(name, expected) is { } text) return text;
        if (!Has(name)) Fail(name, $"is missing; expected {expected}");
        return "";
    }

    public string? OptionalText(string name, string expected = "a text")
    {
        if (!Has(name)) return null;
        var value = element.GetProperty(name);
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        Wrong(name, value, expected);
        return null;
    }

    public bool Boolean(string name, bool otherwise)
    {
        if (!Has(name)) return otherwise;
        var value = element.GetProperty(name);
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Wrong(name, value, "true or false");
        return otherwise;
    }

    /// <summary>A whole number that may be left out.</summary>
    public int? Integer(string name, int least)
    {
        if (!Has(name)) return null;
        var value = element.GetProperty(name);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least) return number;
        Wrong(name, value, $"a whole number from {least} on");
        return null;
    }

    /// <summary>Checks the number of the format of a document.</summary>
    public void FormatNumber(string name, int known, string update)
    {
        if (!Has(name)) Fail(name, $"is missing; expected {known}");
        else if (element.GetProperty(name) is not { ValueKind: JsonValueKind.Number } value || !value.TryGetInt32(out var number)) Wrong(name, element.GetProperty(name), "a whole number");
        else if (number != known) Fail(name, $"{number} is not known to this IntelMQ, which reads {known}; {update}");
    }

    /// <summary>A text of several.</summary>
    public string? Choice(string name, params ReadOnlySpan<string> choices)
    {
        if (OptionalText(name) is not { } text) return null;
        if (choices.Contains(text)) return text;
        Fail(name, $"'{text}' is none of {string.Join(", ", choices!)}");
        return null;
    }

    public StrictObject? Object(string name, bool required)
    {
        if (!Has(name))
        {
            if (required) Fail(name, "is missing; expected an object");
            return null;
        }

        var value = element.GetProperty(name);
        if (value.ValueKind == JsonValueKind.Object) return new StrictObject(document, value, PathOf(name));
        Wrong(name, value, "an object");
        return null;
    }

    /// <summary>The properties that are objects; others are complained about.</summary>
    public IReadOnlyList<(string Name, StrictObject Value)> Objects()
    {
        var found = new List<(string, StrictObject)>();
        foreach (var property in element.EnumerateObject())
        {
            if (Object(property.Name, required: true) is { } value) found.Add((property.Name, value));
        }

        return found;
    }

    public IReadOnlyDictionary<string, string> Texts(string name)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Object(name, required: false) is not { } values) return texts;
        foreach (var property in values.Element.EnumerateObject()) texts[property.Name] = values.Text(property.Name, "a text");
        return texts;
    }

    /// <summary>A list of objects.</summary>
    public IReadOnlyList<StrictObject> ObjectList(string name, bool required)
    {
        var found = new List<StrictObject>();
        foreach (var (value, place) in Elements(name, required, "objects"))
        {
            if (value.ValueKind == JsonValueKind.Object) found.Add(new StrictObject(document, value, place));
            else document.Add(place, $"{Show(value)} is not an object");
        }

        return found;
    }

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string> TextList(string name, bool required)
    {
        var found = new List<string>();
        foreach (var (value, place) in Elements(name, required, "texts"))
        {
            if (value.ValueKind == JsonValueKind.String) found.Add(value.GetString()!);
            else document.Add(place, $"{Show(value)} is not a text");
        }

        return found;
    }

    List<(JsonElement Value, string Path)> Elements(string name, bool required, string what)
    {
        if (!Has(name))
        {
            if (required) Fail(name, $"is missing; expected a list of {what}");
            return [];
        }

        var value = element.GetProperty(name);
        var place = PathOf(name);
        if (value.ValueKind == JsonValueKind.Array) return [.. value.EnumerateArray().Select((item, index) => (item, $"{place}[{index}]"))];
        Wrong(name, value, $"a list of {what}");
        return [];
    }

    void Wrong(string name, JsonElement value, string expected) => Fail(name, $"{Show(value)} is not {expected}");

    string PathOf(string name) => StrictJson.Join(path, name);

    static string Show(JsonElement value)
    {
        var raw = value.GetRawText();
        return raw.Length > 60 ? raw[..60] + "…" : raw;
    }
}
