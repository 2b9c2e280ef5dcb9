using System.Text;

namespace IntelMQ.Sdk;

/// <summary>Writes CSV, as outputs and mails need it.</summary>
public static class CsvText
{
    /// <summary>A row as text.</summary>
    /// <param name="cells">Its cells; null is written as an empty one.</param>
    /// <param name="dialect">How they are told apart; null means the usual form.</param>
    /// <param name="lineEnd">What the row ends with.</param>
    public static string Row(IEnumerable<string?> cells, CsvDialect? dialect = null, string lineEnd = "\r\n")
    {
        var text = new StringBuilder();
        CsvWriter.Write(text, cells, dialect ?? CsvDialect.Excel, lineEnd);
        return text.ToString();
    }
}
