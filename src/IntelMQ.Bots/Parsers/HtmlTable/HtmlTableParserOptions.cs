using System.Globalization;

namespace IntelMQ.Bots.Parsers.HtmlTable;

/// <summary>Parameters of <see cref="HtmlTableParser"/>.</summary>
public sealed record HtmlTableParserOptions : BotOptions, ICheckable
{
    /// <summary>
    /// The fields that the columns go to, in their order: a list, or one text with commas. An empty name or
    /// <c>__IGNORE__</c> leaves a column out; of <c>source.ip|source.fqdn</c> the first field wins that takes the value.
    /// </summary>
    [Parameter(DefaultJson = "[\"\", \"source.fqdn\"]")]
    public IReadOnlyList<string> Columns { get; init; } = ["", "source.fqdn"];

    /// <summary>For each column a value that says nothing, such as <c>Not listed</c>: a list, or one text with commas.</summary>
    public IReadOnlyList<string> IgnoreValues { get; init; } = [];

    /// <summary>Name of an attribute that the table has, such as <c>id</c>; with none, all tables of the page are looked at.</summary>
    public string AttributeName { get; init; } = "";

    /// <summary>Value of that attribute.</summary>
    public string AttributeValue { get; init; } = "";

    /// <summary>Which of these tables it is, counted from 0.</summary>
    public int TableIndex { get; init; }

    /// <summary>Whether the first row is a header.</summary>
    public bool SkipTableHead { get; init; } = true;

    /// <summary>The field whose cells are split, so that only a part of them is taken.</summary>
    public string SplitColumn { get; init; } = "";

    /// <summary>Where they are split; nothing means at white space.</summary>
    public string? SplitSeparator { get; init; }

    /// <summary>Which part is taken, counted from 0; a negative number counts from the end.</summary>
    [Parameter(DefaultJson = "0")]
    public FieldValue SplitIndex { get; init; } = 0;

    /// <summary>What is put before URLs without a scheme.</summary>
    public string DefaultUrlProtocol { get; init; } = "http://";

    /// <summary>How times are written: <c>fuzzy</c>, <c>timestamp</c>, <c>windows_nt</c>, <c>epoch_millis</c>, <c>utc_isoformat</c>, <c>from_format|FORMAT</c> or <c>from_format_midnight|FORMAT</c>.</summary>
    public string? TimeFormat { get; init; }

    /// <summary>The classification type of events to which no column gives one; nothing leaves it to <c>default_fields</c>.</summary>
    public string? Type { get; init; } = "c2-server";

    /// <summary>Has no effect: there is one reader of HTML here.</summary>
    public string? HtmlParser { get; init; }

    internal int PartIndex => int.TryParse(SplitIndex.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) ? index : 0;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (TableIndex < 0) yield return Error("table_index", $"is {TableIndex}; expected 0 or more");
        if (!int.TryParse(SplitIndex.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) yield return Error("split_index", $"is '{SplitIndex}'; expected a whole number");
        if (IgnoreValues.Count > 0 && IgnoreValues.Count != Columns.Count) yield return Error("ignore_values", $"has {IgnoreValues.Count} values; expected one for each of the {Columns.Count} columns");
        if (TimeFormatProblem() is { } time) yield return Error("time_format", time);
        if (!string.IsNullOrEmpty(Type) && !DataType.ClassificationType.IsValidSanitized(Type)) yield return Error("type", $"is '{Type}'; expected a classification type");
    }

    static CheckResult Error(string parameter, string text) => new(BotLogLevel.Error, $"{parameter}: {text}.", parameter);

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
}
