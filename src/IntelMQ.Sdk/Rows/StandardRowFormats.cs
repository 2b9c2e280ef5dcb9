using System.Xml.Linq;

namespace IntelMQ.Sdk;

/// <summary>The usual formats of reports. All read row by row, out of the bytes of the report.</summary>
public static class RowFormat
{
    /// <summary>Every line is a row: a text without white space around it. Empty lines are left out.</summary>
    /// <param name="options">Which lines are no rows; null means that all are.</param>
    public static RowFormat<string> Lines(LineFormatOptions? options = null) => new LineFormat(options ?? new LineFormatOptions());

    /// <summary>CSV: the cells of a row by their place.</summary>
    /// <param name="options">Dialect and header; null means the usual dialect without header.</param>
    public static RowFormat<CsvRow> Csv(CsvFormatOptions? options = null) => new CsvFormat(options ?? new CsvFormatOptions());

    /// <summary>CSV with the names of the columns in its first row: the cells of a row by their names.</summary>
    /// <param name="options">Dialect and lines before the names; null means the usual dialect and none.</param>
    public static RowFormat<CsvRecord> CsvDictionary(CsvFormatOptions? options = null) => new CsvDictionaryFormat(options ?? new CsvFormatOptions());

    /// <summary>One JSON list: every item is a row.</summary>
    /// <param name="within">Name of the member that holds the list, for feeds whose report is, or may be, an object.</param>
    public static RowFormat<JsonRow> JsonArray(string? within = null) => new JsonArrayFormat(within);

    /// <summary>One JSON value, mostly an object: the whole report is the only row. A blank report has none.</summary>
    public static RowFormat<JsonRow> JsonDocument() => new JsonDocumentFormat();

    /// <summary>XML: every element with this name is a row, wherever it stands. The report is read as a stream; entities of its own and references to other files are not followed.</summary>
    /// <param name="element">Name of the elements, without a prefix.</param>
    public static RowFormat<XElement> Xml(string element) => new XmlFormat(element);

    /// <summary>One JSON value per line: every line is a row.</summary>
    public static RowFormat<JsonRow> JsonLines() => new JsonLinesFormat();

    /// <summary>The whole report is the only row, for what has a form of its own (XML, HTML, a mail).</summary>
    public static RowFormat<ReadOnlyMemory<byte>> Whole() => new WholeFormat();
}
