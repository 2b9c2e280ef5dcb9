namespace IntelMQ.Bots.Parsers.Generic.Csv;

/// <summary>Parameters of <see cref="CsvParser"/>.</summary>
public sealed record CsvParserOptions : BotOptions, ICheckable
{
    const string Ignored = "__IGNORE__";

    /// <summary>
    /// The fields that the columns go to, in their order: a list, or one text with commas. An empty name or
    /// <c>__IGNORE__</c> leaves a column out; of <c>source.ip|source.fqdn</c> the first field wins that takes the value.
    /// </summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>For each column, whether a value that does not fit makes the row fail (<c>true</c>) or is left out (<c>false</c>).</summary>
    public FieldValue ColumnsRequired { get; init; } = FieldValue.None;

    /// <summary>Regular expressions by field; the first match is taken instead of the whole value.</summary>
    public FieldValue ColumnRegexSearch { get; init; } = FieldValue.None;

    /// <summary>Format texts by field, made of cells: <c>{0}{1}</c> joins the first two.</summary>
    public FieldValue ComposeFields { get; init; } = FieldValue.None;

    /// <summary>Types of values by field; <c>json</c> reads the value as JSON. A map, or a JSON text.</summary>
    public FieldValue DataType { get; init; } = FieldValue.None;

    /// <summary>What is put before URLs without a scheme.</summary>
    public string DefaultUrlProtocol { get; init; } = "http://";

    /// <summary>The character between cells.</summary>
    public string Delimiter { get; init; } = ",";

    /// <summary>A text to look for in rows, see <c>filter_type</c>.</summary>
    public string? FilterText { get; init; }

    /// <summary>Whether rows with <c>filter_text</c> are the only ones taken (<c>whitelist</c>) or left out (<c>blacklist</c>).</summary>
    public string? FilterType { get; init; }

    /// <summary>How times are written: <c>fuzzy</c>, <c>timestamp</c>, <c>windows_nt</c>, <c>epoch_millis</c>, <c>utc_isoformat</c>, <c>from_format|FORMAT</c> or <c>from_format_midnight|FORMAT</c>.</summary>
    public string? TimeFormat { get; init; }

    /// <summary>The classification type of all events. Use <c>default_fields</c> in new configurations.</summary>
    public string? Type { get; init; }

    /// <summary>Classification types by the words that the feed has for them. A map, or a JSON text.</summary>
    public FieldValue TypeTranslation { get; init; } = FieldValue.None;

    /// <summary>Whether the first line is a header, or how many lines are.</summary>
    [Parameter(DefaultJson = "false")]
    public FieldValue SkipHeader { get; init; } = false;

    internal int HeaderLines =>
        SkipHeader.TryGetBoolean(out var one) ? (one ? 1 : 0)
        : SkipHeader.TryGetInteger(out var count) && count is >= 0 and < int.MaxValue ? (int)count
        : 0;

    internal IReadOnlyDictionary<string, object?> TypeTranslationMap => Map(TypeTranslation) ?? Empty;

    internal IReadOnlyDictionary<string, object?> ComposedFields => Map(ComposeFields) ?? Empty;

    static IReadOnlyDictionary<string, object?> Empty { get; } = new Dictionary<string, object?>();

    internal CsvColumn[] ColumnPlan()
    {
        var patterns = Map(ColumnRegexSearch) ?? Empty;
        var types = Map(DataType) ?? Empty;
        var plan = new CsvColumn[Columns.Count];
        for (var i = 0; i < plan.Length; i++)
        {
            var isRequired = ColumnsRequired.List is not { } required || required[i] is true;
            plan[i] = new CsvColumn([.. Columns[i].Split('|').Select(name => Target(name, patterns, types))], isRequired);
        }

        return plan;
    }

    static CsvTarget Target(string name, IReadOnlyDictionary<string, object?> patterns, IReadOnlyDictionary<string, object?> types) => new(
        name is "" or Ignored ? null : Field.Named(name),
        CsvTarget.KindOf(name),
        patterns.TryGetValue(name, out var pattern) && pattern is string { Length: > 0 } text ? PythonRegex.Compile(text) : null,
        types.TryGetValue(name, out var type) && type is "json");

    /// <summary>The map that a parameter is, or holds as JSON text; null when it is neither. Nothing and an empty text are an empty map.</summary>
    static IReadOnlyDictionary<string, object?>? Map(FieldValue value)
    {
        if (value.IsNone || value.Text is "") return Empty;
        if (value.Map is { } map) return map;
        try
        {
            return value.Text is { } json ? CsvTarget.ReadJson(json).Map : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Delimiter.Length != 1) yield return Error("delimiter", $"is '{Delimiter}'; expected one character");
        if (FilterText is { Length: > 0 } && FilterType is not ("whitelist" or "blacklist")) yield return Error("filter_type", $"is '{FilterType}'; expected whitelist or blacklist");
        if (!SkipHeader.TryGetBoolean(out _) && !(SkipHeader.TryGetInteger(out var lines) && lines >= 0)) yield return Error("skip_header", $"is '{SkipHeader}'; expected true, false or a number of lines");
        if (!ColumnsRequired.IsNone && !IsListOfBooleans(ColumnsRequired, Columns.Count)) yield return Error("columns_required", $"expected a list of true and false, one for each of the {Columns.Count} columns");
        if (TimeFormatProblem() is { } time) yield return Error("time_format", time);
        if (Map(TypeTranslation) is null) yield return Error("type_translation", "expected a map");
        foreach (var problem in CheckPatterns()) yield return problem;
        foreach (var problem in CheckTypes()) yield return problem;
        foreach (var problem in CheckComposedFields()) yield return problem;
    }

    static CheckResult Error(string parameter, string text) => new(BotLogLevel.Error, $"{parameter}: {text}.", parameter);

    static bool IsListOfBooleans(FieldValue value, int count) => value.List is { } list && list.Count == count && list.All(item => item is bool);

    string? TimeFormatProblem()
    {
        try
        {
            Sdk.TimeFormat.Parse(TimeFormat);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message.TrimEnd('.');
        }
    }

    List<CheckResult> CheckPatterns()
    {
        if (Map(ColumnRegexSearch) is not { } patterns) return [Error("column_regex_search", "expected a map from field to regular expression")];

        var problems = new List<CheckResult>();
        foreach (var (field, pattern) in patterns)
        {
            try
            {
                if (pattern is string text) PythonRegex.Compile(text);
                else problems.Add(Error("column_regex_search", $"the value of '{field}' is no text; expected a regular expression"));
            }
            catch (ArgumentException e)
            {
                problems.Add(Error("column_regex_search", $"the value of '{field}' is no regular expression: {e.Message.TrimEnd('.')}"));
            }
        }

        return problems;
    }

    IEnumerable<CheckResult> CheckTypes()
    {
        if (Map(DataType) is not { } types) return [Error("data_type", "expected a map from field to 'json'")];
        return types.Where(type => type.Value is not "json").Select(type => Error("data_type", $"the type of '{type.Key}' is '{type.Value}'; expected 'json'"));
    }

    List<CheckResult> CheckComposedFields()
    {
        if (Map(ComposeFields) is not { } composed) return [Error("compose_fields", "expected a map from field to format text")];

        var problems = new List<CheckResult>();
        foreach (var (field, format) in composed)
        {
            try
            {
                CsvComposition.Parse(field, format as string ?? throw new FormatException("is no text"));
            }
            catch (FormatException e)
            {
                problems.Add(Error("compose_fields", $"the value of '{field}': {e.Message.TrimEnd('.')}"));
            }
        }

        return problems;
    }
}
