namespace IntelMQ.Bots.Parsers.Shadowserver;

/// <summary>The columns of one report, matched with what the schema says about them.</summary>
sealed class ReportColumns
{
    readonly ReportSchema _schema;
    readonly BoundRule[] _required;
    readonly BoundRule[] _optional;
    readonly Field?[] _extra;
    readonly IBotLog _log;

    /// <param name="schema">How reports of this kind become events.</param>
    /// <param name="row">Any row of the report, for the names of its columns.</param>
    /// <param name="fields">The fields that events can have.</param>
    /// <param name="log">Is told once per report what does not fit together.</param>
    public ReportColumns(ReportSchema schema, CsvRecord row, HashSet<string> fields, IBotLog log)
    {
        (_schema, _log) = (schema, log);
        _required = [.. schema.Required.Select(rule => new BoundRule(rule, row.IndexOf(rule.Column), IsUnknown(rule, fields)))];
        _optional = [.. schema.Optional.Select(rule => new BoundRule(rule, row.IndexOf(rule.Column), IsUnknown(rule, fields)))];
        // Of two columns with one name, the later counts.
        _extra = [.. row.Header.Select((name, i) => row.IndexOf(name) == i ? ExtraFields.Named(name) : null)];
        Warn();
    }

    static bool IsUnknown(ColumnRule rule, HashSet<string> fields) => rule is { IsExtra: false, Field: { } field } && !fields.Contains(field.Name);

    void Warn()
    {
        foreach (var (rule, index, isUnknown) in _optional.Concat(_required))
        {
            if (index < 0) _log.Warning($"The report '{_schema.FeedName}' has no column '{rule.Column}', which the schema names.");
            if (isUnknown) _log.Warning($"The schema of '{_schema.FeedName}' names the field '{rule.Field}', which the data format does not have.");
            if (rule.IsFunctionUnknown) _log.Warning($"The schema of '{_schema.FeedName}' names the function '{rule.Function}', which is not known.");
        }
    }

    /// <summary>Adds the cells of a row to an event.</summary>
    /// <exception cref="FormatException">The row lacks what is required, or has it in a form that is not understood.</exception>
    public void AddTo(Event e, CsvRecord row)
    {
        var used = new bool[row.Header.Count];
        foreach (var rule in _required) AddRequired(e, row, rule, used);
        foreach (var rule in _optional) AddOptional(e, row, rule, used);
        AddUnused(e, row, used);
        foreach (var (field, value) in _schema.Constants) e.Set(field, value);
    }

    void AddRequired(Event e, CsvRecord row, in BoundRule bound, bool[] used)
    {
        var (rule, index, isUnknown) = bound;
        if (index < 0) throw new FormatException($"The report '{_schema.FeedName}' has no column '{rule.Column}', which is required. Has its form changed, or is it another report?");
        if (rule.IsFunctionUnknown) throw new FormatException($"The schema names the function '{rule.Function}' for the column '{rule.Column}', which is not known.");
        var value = Convert(row, bound);
        if (value.IsNone) return;
        used[index] = true;
        if (rule.Field is null || isUnknown) return;
        if (rule.IsExtra) e.Set(rule.Field, value);
        else e.Add(rule.Field, value);
    }

    void AddOptional(Event e, CsvRecord row, in BoundRule bound, bool[] used)
    {
        var (rule, index, isUnknown) = bound;
        if (index < 0) return;
        // A column may be used several times, but its emptiness tells nothing twice.
        if (used[index] && row.Cells.Span(index).IsEmpty) return;
        var value = Convert(row, bound);
        used[index] = true;
        if (value.IsNone || rule.Field is null) return;
        if (isUnknown) e.Set(ExtraFields.Named(rule.Field.Name)!, value);
        else if (rule.IsExtra) e.Set(rule.Field, value);
        else used[index] = TryAdd(e, rule.Field, value);
    }

    static bool TryAdd(Event e, Field field, in FieldValue value)
    {
        var result = e.TryAdd(field, value);
        // Adding again says what is there already.
        if (result == AddResult.Exists) e.Add(field, value);
        return result != AddResult.Invalid;
    }

    FieldValue Convert(CsvRecord row, in BoundRule bound)
    {
        if (bound.Index >= row.Cells.Count) return FieldValue.None;
        var cell = row.Cells[bound.Index];
        if (bound.Rule.Conversion is not { } conversion) return cell;
        try
        {
            return conversion(cell, row);
        }
        catch (FormatException e)
        {
            _log.Error($"The column '{bound.Rule.Column}' of '{_schema.FeedName}' cannot be converted by {bound.Rule.Function}: {e.Message}");
            throw;
        }
    }

    void AddUnused(Event e, CsvRecord row, bool[] used)
    {
        for (var i = 0; i < Math.Min(used.Length, row.Cells.Count); i++)
            if (!used[i] && _extra[i] is { } field && !row.Cells.Span(i).IsEmpty)
                e.Set(field, row.Cells[i]);
    }

    /// <summary>A rule, where its column is (-1: nowhere), and whether its field is none of the data format.</summary>
    readonly record struct BoundRule(ColumnRule Rule, int Index, bool IsUnknown);
}

/// <summary>Fields below <c>extra</c> for columns, whatever they are called.</summary>
static class ExtraFields
{
    /// <summary>The field for a column; null for one without a name. What no name of a field can have becomes <c>_</c>.</summary>
    public static Field? Named(string column) =>
        column.Length == 0 ? null : Field.Named("extra." + string.Create(column.Length, column, static (name, from) =>
        {
            for (var i = 0; i < name.Length; i++) name[i] = char.IsAsciiLetterOrDigit(from[i]) ? char.ToLowerInvariant(from[i]) : from[i] == '.' && i > 0 && i + 1 < from.Length && from[i - 1] != '.' ? '.' : '_';
        }));
}
