namespace IntelMQ.Sdk;

/// <summary>
/// Which fields messages have and what their values look like: the shipped format, or that of the user's
/// <c>harmonization.conf</c>.
/// </summary>
public sealed class DataFormat
{
    static readonly Lazy<DataFormat> LazyShipped = new(ReadShipped);

    internal DataFormat(MessageRules @event, MessageRules report)
    {
        Event = @event;
        Report = report;
    }

    internal MessageRules Event { get; }

    internal MessageRules Report { get; }

    /// <summary>The format as it comes with the program.</summary>
    public static DataFormat Shipped => LazyShipped.Value;

    /// <summary>The fields of events by name, each with its type.</summary>
    public IEnumerable<KeyValuePair<string, DataType>> EventFields => Event.All.Select(rule => KeyValuePair.Create(rule.Field.Name, rule.Type));

    /// <summary>The fields of reports by name, each with its type.</summary>
    public IEnumerable<KeyValuePair<string, DataType>> ReportFields => Report.All.Select(rule => KeyValuePair.Create(rule.Field.Name, rule.Type));

    /// <summary>Reads a <c>harmonization.conf</c>.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="DataFormatException">Something in it is wrong; the exception lists all.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DataFormat Load(string path) => Parse(File.ReadAllBytes(path), path);

    /// <summary>Reads the content of a <c>harmonization.conf</c>.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="fileName">What errors call it.</param>
    /// <exception cref="DataFormatException">Something in it is wrong; the exception lists all.</exception>
    public static DataFormat Parse(ReadOnlySpan<byte> utf8, string fileName = "harmonization.conf")
    {
        var reader = new DataFormatReader(fileName);
        reader.Read(utf8);
        return reader.Errors.Count == 0 ? new DataFormat(reader.RulesOf("event"), reader.RulesOf("report")) : throw new DataFormatException(reader.Errors);
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte}, string)"/>
    /// <param name="json">The JSON text.</param>
    /// <param name="fileName">What errors call it.</param>
    public static DataFormat Parse(string json, string fileName = "harmonization.conf") => Parse(System.Text.Encoding.UTF8.GetBytes(json), fileName);

    /// <summary>This format and the fields of packages.</summary>
    /// <exception cref="DataFormatException">A field is wrong, or exists with another definition; the exception lists all.</exception>
    public DataFormat With(IEnumerable<AddedField> fields)
    {
        var errors = new List<string>();
        var rules = new Dictionary<string, Dictionary<string, FieldRule>>(StringComparer.Ordinal)
        {
            ["event"] = Event.All.ToDictionary(r => r.Field.Name, StringComparer.Ordinal),
            ["report"] = Report.All.ToDictionary(r => r.Field.Name, StringComparer.Ordinal),
        };
        foreach (var field in fields)
        {
            var path = $"{field.Section}: {field.Name}";
            if (!rules.TryGetValue(field.Section, out var section))
            {
                errors.Add($"{path}: there is no kind of message '{field.Section}'; expected 'event' or 'report'.");
                continue;
            }

            if (FieldDefinition.Of(field).ToRule(error => errors.Add($"{path}: {error}")) is not { } rule) continue;
            if (!section.TryAdd(field.Name, rule) && !section[field.Name].DemandsTheSameAs(rule))
                errors.Add($"{path}: the field exists already with another definition ({section[field.Name].Type}, not {rule.Type}, or other options).");
        }

        return errors.Count == 0
            ? new DataFormat(new MessageRules("event", rules["event"].Values), new MessageRules("report", rules["report"].Values))
            : throw new DataFormatException(errors);
    }

    static DataFormat ReadShipped()
    {
        using var stream = typeof(DataFormat).Assembly.GetManifestResourceStream("harmonization.conf")!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return Parse(content);
    }
}
