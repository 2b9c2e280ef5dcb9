using System.Text.Json;

namespace IntelMQ.Bots.Experts.Modify;

/// <summary>Reads a file of rules: a JSON list of objects with <c>rulename</c>, <c>if</c> and <c>then</c>.</summary>
sealed class RuleFile
{
    static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    readonly string _path;
    readonly bool _ignoreCase;
    readonly List<string> _problems = [];
    readonly List<PatternColumn> _columns = [];
    readonly List<Rule> _rules = [];

    RuleFile(string path, bool ignoreCase)
    {
        _path = path;
        _ignoreCase = ignoreCase;
    }

    /// <exception cref="ConfigurationException">The file cannot be read or has errors; the text names all of them.</exception>
    public static async ValueTask<RuleSet> LoadAsync(string path, bool ignoreCase, CancellationToken cancellationToken)
    {
        var reading = new RuleFile(path, ignoreCase);
        try
        {
            reading.Read(await System.IO.File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"configuration_path: the file '{path}' cannot be read: {e.Message}", e);
        }

        return reading._problems.Count == 0 ? new RuleSet(reading._rules, reading._columns) : throw new ConfigurationException(string.Join('\n', reading._problems));
    }

    /// <summary>All that is wrong with a file.</summary>
    public static IReadOnlyList<string> ProblemsOf(string path, bool ignoreCase)
    {
        var reading = new RuleFile(path, ignoreCase);
        try
        {
            reading.Read(System.IO.File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [$"The file '{path}' cannot be read: {e.Message}"];
        }

        return reading._problems;
    }

    void Read(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                Problem("", "is no list; expected a list of rules");
                return;
            }

            var number = 0;
            foreach (var rule in document.RootElement.EnumerateArray()) ReadRule(rule, number++);
        }
        catch (JsonException e)
        {
            _problems.Add($"{_path}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: is no JSON: {e.Message}");
        }
    }

    void Problem(string place, string text) => _problems.Add($"{_path}: {place}{(place.Length > 0 ? " " : "")}{text}.");

    void ReadRule(JsonElement element, int number)
    {
        var place = $"[{number}]";
        if (element.ValueKind != JsonValueKind.Object)
        {
            Problem(place, "is no object; expected one with 'rulename', 'if' and 'then'");
            return;
        }

        var name = element.TryGetProperty("rulename", out var named) ? ValueOf(named).ToString() : $"number {number + 1}";
        place = $"[{number}] (rule '{name}')";
        if (!TryGetObject(element, "if", place, out var conditions) | !TryGetObject(element, "then", place, out var actions)) return;

        var absent = new List<Field>();
        var equal = new List<KeyValuePair<Field, FieldValue>>();
        var patterns = new List<Pattern>();
        foreach (var condition in conditions.EnumerateObject()) ReadCondition(condition, absent, equal, patterns, place);

        var quotations = new List<Quotation>();
        var changes = new List<Change>();
        foreach (var action in actions.EnumerateObject()) ReadAction(action, patterns, quotations, changes, place);

        // Anchored patterns fail sooner than those that search a whole text.
        var ordered = patterns.OrderBy(p => p.Regex.ToString().StartsWith('^') ? 0 : 1);
        _rules.Add(new Rule(name, [.. absent], [.. equal], [.. ordered], [.. quotations], [.. changes]));
    }

    static FieldValue ValueOf(JsonElement element) => JsonText.Parse(element.GetRawText());

    bool TryGetObject(JsonElement rule, string name, string place, out JsonElement value)
    {
        if (rule.TryGetProperty(name, out value) && value.ValueKind == JsonValueKind.Object) return true;
        Problem(place, $"has no object '{name}'");
        return false;
    }

    void ReadCondition(JsonProperty condition, List<Field> absent, List<KeyValuePair<Field, FieldValue>> equal, List<Pattern> patterns, string place)
    {
        var field = Field.Named(condition.Name);
        var value = ValueOf(condition.Value);
        if (value.Text is not { } text)
        {
            equal.Add(new(field, value));
            return;
        }

        if (text.Length == 0)
        {
            absent.Add(field);
            return;
        }

        try
        {
            patterns.Add(ColumnFor(field).Add(PythonRegex.Compile(text, _ignoreCase)));
        }
        catch (ArgumentException e)
        {
            Problem($"{place}.if.{condition.Name}", $"is no regular expression: {e.Message}");
        }
    }

    PatternColumn ColumnFor(Field field)
    {
        foreach (var column in _columns)
            if (column.Field == field && !column.IsFull)
                return column;
        var created = new PatternColumn(field);
        _columns.Add(created);
        return created;
    }

    void ReadAction(JsonProperty action, List<Pattern> patterns, List<Quotation> quotations, List<Change> changes, string place)
    {
        var field = Field.Named(action.Name);
        var value = ValueOf(action.Value);
        if (value.Text is not { } text)
        {
            changes.Add(new Change(field, value, null));
            return;
        }

        try
        {
            var template = ValueTemplate.Parse(text, patterns, quotations, out var literal);
            changes.Add(new Change(field, literal, template));
        }
        catch (FormatException e)
        {
            Problem($"{place}.then.{action.Name}", e.Message.TrimEnd('.'));
        }
    }
}
