namespace IntelMQ.Bots.Parsers.Shadowserver;

/// <summary>How the reports of Shadowserver become events: a JSON object with one member per kind of report.</summary>
sealed class Schema
{
    readonly Dictionary<string, ReportSchema> _byFeedName = new(StringComparer.Ordinal);
    readonly Dictionary<string, ReportSchema> _byFileName = new(StringComparer.Ordinal);

    Schema(JsonRow json)
    {
        foreach (var key in json.Keys)
        {
            if (key == "_meta") continue;
            var report = ReportSchema.Read(key, json.Object(key));
            _byFeedName[report.FeedName] = report;
            _byFileName[report.FileName] = report;
        }

        Created = json.Get("_meta", "date_created").Text;
    }

    /// <summary>When Shadowserver made it; null where it does not say so.</summary>
    public string? Created { get; }

    public int Count => _byFileName.Count;

    /// <exception cref="InvalidDataException">It is no schema; the message says which part is wrong and what was expected.</exception>
    public static Schema Read(Stream file)
    {
        using var content = new MemoryStream();
        file.CopyTo(content);
        return Read(content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    /// <exception cref="InvalidDataException">It is no schema; the message says which part is wrong and what was expected.</exception>
    public static Schema Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Read(new JsonRow(JsonText.Parse(utf8)));
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"The schema is no JSON: {e.Message}", e);
        }
    }

    /// <exception cref="InvalidDataException">It is no schema; the message says which part is wrong and what was expected.</exception>
    public static Schema Read(JsonRow json) =>
        json.Value.Map is null ? throw new InvalidDataException("The schema is no JSON object.") : new Schema(json);

    public ReportSchema? OfFeed(string feedName) => _byFeedName.GetValueOrDefault(feedName);

    public ReportSchema? OfFile(string fileName) => _byFileName.GetValueOrDefault(fileName);
}

/// <summary>How one kind of report becomes events.</summary>
/// <param name="FeedName">What the events get as the name of their feed.</param>
/// <param name="FileName">How the files of these reports are named, without date and country.</param>
/// <param name="Url">Where the report is described.</param>
/// <param name="Constants">What all its events have.</param>
/// <param name="Required">Columns that each row must have.</param>
/// <param name="Optional">Columns that rows may have.</param>
sealed record ReportSchema(
    string FeedName, string FileName, string? Url, IReadOnlyList<KeyValuePair<Field, FieldValue>> Constants, IReadOnlyList<ColumnRule> Required, IReadOnlyList<ColumnRule> Optional)
{
    public static ReportSchema Read(string key, JsonRow json) => new(
        json.Get("feed_name").Text ?? throw new InvalidDataException($"The schema of '{key}' has no feed_name; expected a text."),
        json.Get("file_name").Text ?? throw new InvalidDataException($"The schema of '{key}' has no file_name; expected a text."),
        json.Get("url").Text,
        [.. ReadConstants(new JsonRow(json.Get("constant_fields")))],
        [.. json.Items("required_fields").Select(item => ColumnRule.Read(key, item))],
        [.. json.Items("optional_fields").Select(item => ColumnRule.Read(key, item))]);

    static IEnumerable<KeyValuePair<Field, FieldValue>> ReadConstants(JsonRow constants) =>
        constants.Keys.Select(name => KeyValuePair.Create(Field.Named(name), constants.Get(name)));
}

/// <summary>What becomes of one column: <c>["source.asn", "asn", "invalidate_zero"]</c>.</summary>
sealed record ColumnRule
{
    const string ExtraPrefix = "extra.";

    /// <summary>The column of the report.</summary>
    public required string Column { get; init; }

    /// <summary>The field of the event; null for what is to be left out.</summary>
    public Field? Field { get; init; }

    /// <summary>Whether it is a field below <c>extra</c>.</summary>
    public bool IsExtra { get; init; }

    /// <summary>The name of the function; null for values that are taken as they are.</summary>
    public string? Function { get; init; }

    /// <summary>The function; null where there is none, and where none is known by that name.</summary>
    public Conversion? Conversion { get; init; }

    /// <summary>Whether the schema asks for a function that came after this version.</summary>
    public bool IsFunctionUnknown => Function is not null && Conversion is null;

    public static ColumnRule Read(string report, JsonRow item)
    {
        var parts = item.Value.List;
        if (parts is not { Count: >= 2 and <= 4 } || parts[0] is not (string or false) || parts[1] is not string column || parts.ElementAtOrDefault(2) is not (null or string))
            throw new InvalidDataException($"The schema of '{report}' has the column {item}; expected [field or false, column], and perhaps the name of a function and true behind it.");
        var target = parts[0] as string;
        var function = parts.ElementAtOrDefault(2) as string;
        var isExtra = target?.StartsWith(ExtraPrefix, StringComparison.Ordinal) ?? false;
        return new()
        {
            Column = column,
            Field = target is null ? null : isExtra ? ExtraFields.Named(target.Length == ExtraPrefix.Length ? column : target[ExtraPrefix.Length..]) : Sdk.Field.Named(target),
            IsExtra = isExtra,
            Function = function,
            Conversion = function is null ? null : Conversions.Named(function),
        };
    }
}
