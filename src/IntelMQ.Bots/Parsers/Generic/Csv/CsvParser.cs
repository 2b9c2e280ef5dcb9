using System.Collections.Frozen;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Generic.Csv;

/// <summary>Parses any feed in CSV form: the configuration says which column goes to which field.</summary>
/// <remarks>
/// Lines that start with <c>#</c> are comments. Cells beyond the configured columns are left out, missing ones leave
/// their fields unset, and so do empty ones.
/// </remarks>
[Bot("intelmq.bots.parsers.generic.parser_csv")]
public sealed class CsvParser : Parser<CsvRow>
{
    readonly CsvParserOptions _options;
    CsvReportFormat? _format;
    CsvColumn[] _columns = [];
    CsvComposition[] _compositions = [];
    TimeFormat _timeFormat = TimeFormat.Fuzzy;
    FrozenDictionary<string, string> _types = FrozenDictionary<string, string>.Empty;

    /// <summary>A parser with these options.</summary>
    public CsvParser(CsvParserOptions options) => _options = options;

    /// <inheritdoc />
    protected override RowFormat<CsvRow> Format => _format!;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (_options.Type is not null) Log.Warning("The parameter 'type' is deprecated; use 'default_fields' with 'classification.type'.");
        _columns = _options.ColumnPlan();
        _compositions = [.. _options.ComposedFields.Select(pair => CsvComposition.Parse(pair.Key, (string)pair.Value!))];
        CheckFields();
        _timeFormat = TimeFormat.Parse(_options.TimeFormat);
        _types = _options.TypeTranslationMap.ToFrozenDictionary(pair => pair.Key, pair => FieldValue.From(pair.Value).ToString(), StringComparer.Ordinal);
        var filter = string.IsNullOrEmpty(_options.FilterText) ? null : _options.FilterText;
        _format = new CsvReportFormat(_options.Delimiter[0], _options.HeaderLines, filter, _options.FilterType == "whitelist");
        return default;
    }

    void CheckFields()
    {
        var trial = new Event(Context.Format);
        var fields = _columns.SelectMany(column => column.Alternatives).Select(target => target.Field).Concat(_compositions.Select(c => c.Field));
        var unknown = new List<string>();
        foreach (var field in fields.OfType<Field>())
        {
            try
            {
                trial.TryAdd(field, "x");
            }
            catch (InvalidKeyException e)
            {
                unknown.Add(e.Message);
            }
        }

        if (unknown.Count > 0) throw new ConfigurationException("columns: " + string.Join('\n', unknown));
    }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(CsvRow row, Report report)
    {
        var e = report.NewEvent();
        var count = Math.Min(_columns.Length, row.Count);
        for (var i = 0; i < count; i++)
        {
            var column = _columns[i];
            if (!column.IsIgnored && row[i].Length > 0) AddCell(e, column, row.ValueOf(i));
        }

        foreach (var composition in _compositions) e.Add(composition.Field, composition.Compose(row));
        if (_options.Type is not null && !e.Has(ClassificationType)) e.Add(ClassificationType, _options.Type);
        if (!e.Has(Raw)) e.Add(Raw, row.Rewritten());
        return [e];
    }

    /// <summary>Tries the fields of a column one after the other.</summary>
    void AddCell(Event e, CsvColumn column, FieldValue value)
    {
        foreach (var target in column.Alternatives)
        {
            if (value.IsFalsy) return;
            if (target.Pattern is { } pattern) value = pattern.Match(value.ToString()) is { Success: true } match ? match.Value : FieldValue.None;
            if (target.Field is not { } field) return;

            if (!TryConvert(ref value, target)) continue;
            var result = e.TryAdd(field, value);
            // A second column for a field that has a value: adding again says so.
            if (result == AddResult.Exists) e.Add(field, value);
            if (result != AddResult.Invalid) return;
        }

        if (column.IsRequired) throw new InvalidValueException(column.Alternatives[^1].Field!.Name, value);
    }

    /// <returns>False when the next field is to be tried.</returns>
    bool TryConvert(ref FieldValue value, CsvTarget target)
    {
        if (target.IsJson && !value.IsNone) value = CsvTarget.ReadJson(value.ToString());
        switch (target.Kind)
        {
            case CsvTargetKind.Time:
                value = _timeFormat.Convert(value);
                return true;
            case CsvTargetKind.Url:
                if (value.Kind != ValueKind.Text || value.IsFalsy) return false;
                if (!HasScheme(value)) value = _options.DefaultUrlProtocol + value.Text;
                return true;
            case CsvTargetKind.ClassificationType when _types.Count > 0:
                if (_types.TryGetValue(value.ToString(), out var type))
                {
                    value = type;
                    return true;
                }

                return _options.Type is not null;
            default:
                return true;
        }
    }

    static bool HasScheme(in FieldValue url) =>
        url.TryGetUtf8(out var utf8) ? utf8.IndexOf("://"u8) >= 0 : url.Text!.Contains("://", StringComparison.Ordinal);
}
