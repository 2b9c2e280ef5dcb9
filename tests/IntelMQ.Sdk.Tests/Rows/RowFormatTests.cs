using System.Text;

namespace IntelMQ.Sdk.Tests;

public sealed class RowFormatTests
{
    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    static string Recovered<TRow>(Row<TRow> row) => Encoding.UTF8.GetString(row.Recover());

    static List<(string Row, string Recovered)> Csv(string report, CsvFormatOptions? options = null) =>
        [.. RowFormat.Csv(options).Read(Utf8(report)).Select(r => (r.Error?.Message ?? string.Join('|', r.Value!), Recovered(r)))];

    [Fact]
    public void Lines_end_where_unicode_says_so_and_lose_the_white_space_around_them()
    {
        var rows = RowFormat.Lines().Read(Utf8(" a \r\n\r\nb\vc\u2028d\u0085e\u00a0\n\u00e2\u0080x\u00c2")).Select(r => r.Value!);
        Assert.Equal(["a", "b", "c", "d", "e", "\u00e2\u0080x\u00c2"], rows);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_left_out()
    {
        Assert.Equal(["ab", "c"], RowFormat.Lines().Read(new byte[] { (byte)'a', 0xFF, (byte)'b', (byte)'\n', 0xC2, (byte)'c' }).Select(r => r.Value!));
    }

    [Fact]
    public void Header_lines_come_before_a_recovered_line_and_ignored_ones_do_not()
    {
        var format = RowFormat.Lines(new LineFormatOptions { HeaderPrefixes = ["#"], IgnoredPrefixes = ["//"], HeaderLines = 1 });
        var rows = format.Read(Utf8("columns\n// no\n# about\nrow 1\n# more\nrow 2\n")).Select(r => (r.Value!, Recovered(r))).ToList();
        Assert.Equal([("row 1", "columns\n# about\nrow 1"), ("row 2", "columns\n# about\n# more\nrow 2")], rows);
    }

    [Fact]
    public void Header_lines_can_be_rows_too()
    {
        var format = RowFormat.Lines(new LineFormatOptions { HeaderPrefixes = ["#"], YieldHeader = true });
        var rows = format.Read(Utf8("# generated on 1\nrow 1\n# more\nrow 2\n")).Select(r => (r.Value!, Recovered(r))).ToList();
        Assert.Equal(
            [("# generated on 1", "# generated on 1"), ("row 1", "# generated on 1\nrow 1"), ("# more", "# generated on 1\n# more"), ("row 2", "# generated on 1\n# more\nrow 2")],
            rows);
    }

    [Fact]
    public void A_row_of_csv_that_failed_is_dumped_as_it_stands_behind_its_header()
    {
        var options = new CsvFormatOptions { HeaderRows = 1, Dialect = new CsvDialect { Delimiter = '\t' }, RecoverDialect = CsvDialect.Excel };
        var row = Assert.Single(RowFormat.Csv(options).Read(Utf8("a\tb\n\"1\"\t2,3")).ToList());
        Assert.Equal("a\tb\n\"1\"\t2,3", Encoding.UTF8.GetString(row.RecoverFailed()));
    }

    [Fact]
    public void A_record_of_csv_that_failed_is_dumped_below_its_columns_without_a_line_end()
    {
        var row = RowFormat.CsvDictionary().Read(Utf8("a,b\n1,2,3\n4,5\n")).First();
        Assert.Equal("a,b\n1,2,3", Encoding.UTF8.GetString(row.RecoverFailed()));
    }

    [Fact]
    public void White_space_around_a_line_is_part_of_the_row_where_it_is_asked_for()
    {
        Assert.Equal([" a ", "\tb"], RowFormat.Lines(new() { KeepWhiteSpace = true }).Read(Utf8(" a \r\n\n\tb\n")).Select(row => row.Value!));
        Assert.Equal(["a", "b"], RowFormat.Lines().Read(Utf8(" a \r\n\n\tb\n")).Select(row => row.Value!));
    }

    [Fact]
    public void A_mark_of_the_byte_order_is_no_part_of_xml() =>
        Assert.Equal("x", Assert.Single(RowFormat.Xml("a").Read(Utf8("\ufeff<?xml version=\"1.0\"?><a>x</a>")).Select(row => row.Value!.Value)));

    [Fact]
    public void A_record_of_csv_knows_its_original_line_and_its_header()
    {
        foreach (var row in RowFormat.CsvDictionary(new CsvFormatOptions { RecoverDialect = CsvDialect.Unix }).Read(Utf8("a,b\r\n1,\"x\ny\"\r\n")))
        {
            Assert.Equal("1,\"x\ny\"", Encoding.UTF8.GetString(row.Value!.OriginalLines.Span).TrimEnd());
            Assert.Equal("\"a\",\"b\"\r\n", row.Value!.HeaderLine);
        }
    }

    [Theory]
    [InlineData("a,b\nc,d\n", "\n")]
    [InlineData("a,b\r\nc,d", "\r\n")]
    [InlineData("a,b\rc,d", "\r")]
    public void A_row_of_csv_is_written_back_with_the_line_end_of_the_report(string report, string lineEnd) =>
        Assert.Equal([("a|b", "a,b" + lineEnd), ("c|d", "c,d" + lineEnd)], Csv(report));

    [Fact]
    public void Quoted_cells_may_hold_anything()
    {
        Assert.Equal(
            [("a,b|say \"x\"|two\nlines||ü", "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",,ü\n"), ("1|2", "1,2\n")],
            Csv("\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\"\",ü\n\n1,2\n"));
    }

    [Fact]
    public void Header_rows_are_no_data_and_come_before_a_recovered_row()
    {
        var options = new CsvFormatOptions { HeaderRows = 1, IgnoredPrefixes = ["#"], Dialect = new CsvDialect { Delimiter = ';' } };
        Assert.Equal([("1|x;y", "\"ip\";name\r\n1;\"x;y\"\r\n"), ("2|z", "\"ip\";name\r\n2;z\r\n")], Csv("# c\r\n\"ip\";name\r\n# c\r\n1;\"x;y\"\r\n2;z\r\n", options));
    }

    [Fact]
    public void A_row_that_breaks_the_rules_fails_alone_and_is_recovered_as_it_stands()
    {
        var options = new CsvFormatOptions { HeaderRows = 1, Dialect = new CsvDialect { Strict = true } };
        Assert.Equal([("1", "h\n1\n"), ("',' expected after '\"'", "h\n\"x\"y,2\n"), ("3", "h\n3\n")], Csv("h\n1\n\"x\"y,2\n3\n", options));
    }

    [Fact]
    public void Nul_characters_and_white_space_around_the_report_do_not_count() =>
        Assert.Equal([("ab|c", "ab,c\n")], Csv("\u2003\n a\0b,c \n\t".Replace(" a", "a", StringComparison.Ordinal)));

    [Fact]
    public void Many_and_long_rows_do_not_disturb_each_other()
    {
        var random = new Random(5);
        var rows = Enumerable.Range(0, 500).Select(_ => Enumerable.Range(0, random.Next(1, 60)).Select(_ => Cell(random)).ToArray()).ToList();
        var text = new StringBuilder();
        foreach (var row in rows) CsvWriter.Write(text, row, CsvDialect.Excel, "\r\n");
        var read = RowFormat.Csv().Read(Utf8(text.ToString())).Select(r => r.Value!.ToArray()).ToList();
        Assert.Equal(rows.Count, read.Count);
        for (var i = 0; i < rows.Count; i++) Assert.Equal(rows[i], read[i]);
    }

    static string Cell(Random random)
    {
        string[] pieces = ["a", "bc", ",", "\"", "\n", "\r", "é", "\U0001F600", "#", "x y", "longer text of a cell"];
        return "." + string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => pieces[random.Next(pieces.Length)]));
    }

    [Theory]
    [InlineData("\\", "a\\,b,c", "a,b|c")]
    [InlineData("\\", "\"a\\\"b\",c", "a\"b|c")]
    public void An_escape_character_takes_the_meaning_from_the_next(string escape, string report, string row) =>
        Assert.Equal(row, Csv(report, new CsvFormatOptions { Dialect = new CsvDialect { Escape = escape[0], DoubleQuote = false } }).Single().Row);

    [Fact]
    public void Columns_are_found_by_their_names()
    {
        var row = RowFormat.CsvDictionary().Read(Utf8("ip,port,note\n192.0.2.1,80\n192.0.2.2,81,x,y\n")).Select(r =>
        {
            var record = r.Value!;
            return (record["ip"], record["note"], record.TryGet("port", out var port) ? port : "", string.Join('|', record.Surplus), Recovered(r));
        }).ToList();
        Assert.Equal(("192.0.2.1", null, "80", "", "ip,port,note\n192.0.2.1,80,"), row[0]);
        Assert.Equal(("192.0.2.2", "x", "81", "y", "ip,port,note\n192.0.2.2,81,x,y"), row[1]);
    }

    [Fact]
    public void A_column_that_is_not_there_is_named_with_those_that_are()
    {
        var record = RowFormat.CsvDictionary().Read(Utf8("ip,port\n1,2\n")).First().Value!;
        Assert.Contains("ip, port", Assert.Throws<KeyNotFoundException>(() => record["asn"]).Message, StringComparison.Ordinal);
        Assert.False(record.TryGet("asn", out _));
        Assert.Equal(-1, record.IndexOf("asn"));
    }

    [Fact]
    public void The_unix_dialect_writes_everything_in_quotes()
    {
        var format = RowFormat.CsvDictionary(new CsvFormatOptions { RecoverDialect = CsvDialect.Unix });
        Assert.Equal("\"a\",\"b\"\n\"1\",\"\"", format.Read(Utf8("a,b\n1,\n")).Select(Recovered).Single());
    }

    [Fact]
    public void A_list_of_json_gives_its_items_one_by_one()
    {
        var rows = RowFormat.JsonArray().Read(Utf8("""[{"ip": "192.0.2.1", "n": 5, "f": 5.0, "ü": [1, {"x": null}]}, {}, null, "text"]""")).ToList();
        Assert.Equal(2, rows.Count);
        var row = rows[0].Value!;
        Assert.Equal("192.0.2.1", row["ip"].Text);
        Assert.Equal(ValueKind.Integer, row["n"].Kind);
        Assert.Equal(ValueKind.Float, row["f"].Kind);
        Assert.True(row.Has("ip") && row.TryGetText("ip", out _) && !row.TryGet("nothing", out _));
        Assert.Equal(2, row.Items("ü").Count());
        Assert.Equal("""[{"ip": "192.0.2.1", "n": 5, "f": 5.0, "\u00fc": [1, {"x": null}]}]""", Recovered(rows[0]));
        Assert.Throws<KeyNotFoundException>(() => row["nothing"]);
        Assert.Throws<InvalidMessageException>(() => rows[1].Value!["x"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1, 2")]
    [InlineData("[1] 2")]
    [InlineData("")]
    public void What_is_no_list_of_json_fails_as_a_whole(string report) =>
        Assert.Throws<InvalidMessageException>(() => RowFormat.JsonArray().Read(Utf8(report)).Count());

    [Fact]
    public void A_line_that_is_no_json_fails_alone()
    {
        var rows = RowFormat.JsonLines().Read(Utf8("{\"a\": 1}\n\n{broken\r\n{\"a\": NaN}")).Select(r => (r.Error is null, Recovered(r))).ToList();
        Assert.Equal([(true, "{\"a\": 1}"), (false, "{broken"), (true, "{\"a\": NaN}")], rows);
    }

    [Fact]
    public void The_whole_report_is_one_row()
    {
        var row = RowFormat.Whole().Read(Utf8("<x/>")).Single();
        Assert.Equal("<x/>", Encoding.UTF8.GetString(row.Value.Span));
        Assert.Equal("<x/>", Recovered(row));
    }
}
