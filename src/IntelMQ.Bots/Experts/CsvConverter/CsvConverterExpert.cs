namespace IntelMQ.Bots.Experts.CsvConverter;

/// <summary>Writes fields of an event as one row of CSV into the field <c>output</c>, for outputs that hand over this field alone.</summary>
[Bot("intelmq.bots.experts.csv_converter.expert")]
public sealed class CsvConverterExpert(CsvConverterExpertOptions options) : Enricher
{
    readonly Field[] _fields = [.. options.FieldNames.Split(',').Select(Field.Named)];
    readonly CsvDialect _dialect = new() { Delimiter = options.Delimiter.Length == 1 ? options.Delimiter[0] : ',' };

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        string[] unknown = [.. _fields.Where(field => !IsKnown(field)).Select(field => $"'{field}'")];
        if (unknown.Length > 0) throw new ConfigurationException($"fieldnames: the data format has no field {string.Join(", ", unknown)}; names are separated by commas without blanks.");
        return default;
    }

    bool IsKnown(Field field) => field.Name.StartsWith("extra.", StringComparison.Ordinal) || Context.Format.EventFields.Any(known => known.Key == field.Name);

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        e.Add(Fields.Output, CsvText.Row(_fields.Select(field => Cell(e, field)), _dialect).TrimEnd());
        return default;
    }

    static string? Cell(Event e, Field field)
    {
        var value = e.Get(field);
        return value.Kind switch
        {
            ValueKind.None => null,
            ValueKind.Bytes => value.ToString(),
            ValueKind.Map when ReferenceEquals(field, Fields.Extra) => JsonText.Write(value),
            _ => PythonValues.ToText(value),
        };
    }
}

/// <summary>Parameters of <see cref="CsvConverterExpert"/>.</summary>
public sealed record CsvConverterExpertOptions : BotOptions, ICheckable
{
    /// <summary>The fields in their order, separated by commas without blanks. <c>extra</c> is a JSON object of all below it.</summary>
    [Parameter(Name = "fieldnames")]
    public string FieldNames { get; init; } = "time.source,classification.type,source.ip";

    /// <summary>The character between the cells.</summary>
    public string Delimiter { get; init; } = ",";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Delimiter.Length != 1 || Delimiter[0] is '\r' or '\n' or '"') yield return new(BotLogLevel.Error, $"The delimiter is '{Delimiter}'; expected one character such as ';'.", "delimiter");
    }
}
