using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace IntelMQ.Bots.Parsers.HtmlTable;

/// <summary>A web page; the rows of one of its tables are the rows.</summary>
sealed class HtmlTableFormat(HtmlTableParserOptions options) : RowFormat<IElement>
{
    readonly HtmlParser _parser = new();

    public override IEnumerable<Row<IElement>> Read(ReadOnlyMemory<byte> report)
    {
        if (report.Span.Trim(" \t\r\n"u8).IsEmpty) yield break;
        var html = Encoding.UTF8.GetString(report.Span);
        if (HtmlDepth.IsTooDeep(html)) throw new InvalidMessageException($"The page nests more than {HtmlDepth.Most} elements in each other.");
        using var page = _parser.ParseDocument(html);
        var tables = page.QuerySelectorAll("table").Where(IsWanted).ToList();
        if (options.TableIndex >= tables.Count) throw new InvalidMessageException($"The page has {tables.Count} tables{Wanted}; table {options.TableIndex} (counted from 0) was expected.");
        foreach (var row in tables[options.TableIndex].QuerySelectorAll("tr").Skip(options.SkipTableHead ? 1 : 0))
            yield return new Row<IElement>(row, static (row, _) => Encoding.UTF8.GetBytes(HtmlText.Write(row!)), this) { Original = static (row, format) => ((HtmlTableFormat)format!).AsPage(row!) };
    }

    string Wanted => options.AttributeName.Length == 0 ? "" : $" whose attribute '{options.AttributeName}' is '{options.AttributeValue}'";

    bool IsWanted(IElement table)
    {
        if (options.AttributeName.Length == 0) return true;
        if (table.GetAttribute(options.AttributeName) is not { } value) return false;
        return value == options.AttributeValue || (options.AttributeName == "class" && table.ClassList.Contains(options.AttributeValue));
    }

    /// <summary>A page with nothing but a table of this row, at the place where it is looked for.</summary>
    byte[] AsPage(IElement row)
    {
        var start = options.AttributeName.Length == 0 ? "<table>" : $"<table {options.AttributeName}={HtmlText.Quote(options.AttributeValue)}>";
        var page = new StringBuilder();
        for (var i = 0; i < options.TableIndex; i++) page.Append(start).Append("</table>");
        page.Append(start).Append(options.SkipTableHead ? "<tr></tr>" : "").Append(HtmlText.Write(row)).Append("</table>");
        return Encoding.UTF8.GetBytes(page.ToString());
    }
}
