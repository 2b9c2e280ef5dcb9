using System.Globalization;
using AngleSharp.Dom;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.HtmlTable;

/// <summary>Parses a table of a web page: each row is an event, each column a field.</summary>
[Bot("intelmq.bots.parsers.html_table.parser")]
public sealed class HtmlTableParser(HtmlTableParserOptions options) : Parser<IElement>
{
    HtmlTableColumn[] _columns = [];
    TimeFormat _timeFormat = TimeFormat.Fuzzy;

    /// <inheritdoc />
    protected override RowFormat<IElement> Format { get; } = new HtmlTableFormat(options);

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _timeFormat = TimeFormat.Parse(options.TimeFormat);
        _columns = [.. options.Columns.Select((names, i) => new HtmlTableColumn(names, i < options.IgnoreValues.Count ? options.IgnoreValues[i] : ""))];
        return default;
    }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(IElement row, Report report)
    {
        var e = report.NewEvent();
        var before = e.Count;
        foreach (var (cell, column) in row.QuerySelectorAll("td").Zip(_columns))
        {
            var text = cell.TextContent.Trim();
            if (text.Length > 0 && text != column.Ignored) AddCell(e, column, text);
        }

        if (e.Count == before) yield break;
        if (!e.Has(ClassificationType)) e.Add(ClassificationType, options.Type);
        yield return e;
    }

    /// <summary>Tries the fields of a column one after the other.</summary>
    void AddCell(Event e, HtmlTableColumn column, string text)
    {
        foreach (var field in column.Fields)
        {
            if (field is null) return;
            if (field.Name == options.SplitColumn) text = Split(text);
            if (field.Name.EndsWith(".url", StringComparison.Ordinal) && !text.Contains("://", StringComparison.Ordinal)) text = options.DefaultUrlProtocol + text;
            if (e.AddToFirst(IsTime(field) ? ReadTime(text) : text, field)) return;
        }

        throw new FormatException($"The value '{text}' fits none of the fields {column.Names}.");
    }

    static bool IsTime(Field field) => field.Name is "time.source" or "time.destination";

    string? ReadTime(string text) =>
        _timeFormat.Convert(long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : text);

    string Split(string text)
    {
        var parts = string.IsNullOrEmpty(options.SplitSeparator)
            ? text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            : text.Split(options.SplitSeparator);
        var index = options.PartIndex < 0 ? parts.Length + options.PartIndex : options.PartIndex;
        return index >= 0 && index < parts.Length
            ? parts[index].Trim()
            : throw new FormatException($"'{text}' has {parts.Length} parts; part {options.PartIndex} (counted from 0) was expected.");
    }
}

/// <summary>What becomes of the cells of a column.</summary>
sealed class HtmlTableColumn(string names, string ignored)
{
    /// <summary>The names of the fields as the parameter has them.</summary>
    public string Names => names;

    /// <summary>A value that says nothing.</summary>
    public string Ignored => ignored;

    /// <summary>The fields to try; the first that takes the value wins, and null leaves it out.</summary>
    public Field?[] Fields { get; } = [.. names.Split('|').Select(name => name is "" or "__IGNORE__" ? null : Field.Named(name))];
}
