using System.Text;

namespace IntelMQ.Sdk.Tests;

public sealed class JsonFormatTests
{
    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    static List<string> Recovered(RowFormat<JsonRow> format, string report) => [.. format.Read(Utf8(report)).Select(r => Encoding.UTF8.GetString(r.Recover()))];

    [Theory]
    [InlineData("""[{"a": 1}, {"a": 2.0}]""")]
    [InlineData("""{"type": {"data": []}, "data": [{"a": 1}, {"a": 2.0}], "more": [3]}""")]
    public void A_list_may_lie_within_an_object(string report) =>
        Assert.Equal(["""[{"a": 1}]""", """[{"a": 2.0}]"""], Recovered(RowFormat.JsonArray(within: "data"), report));

    [Theory]
    [InlineData("""{"other": []}""")]
    [InlineData("""{"data": {}}""")]
    [InlineData("3")]
    public void A_report_without_the_list_fails_and_says_where_it_was_expected(string report) =>
        Assert.Contains("'data'", Assert.Throws<InvalidMessageException>(() => Recovered(RowFormat.JsonArray(within: "data"), report)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_document_is_one_row_and_recovered_as_it_stands() =>
        Assert.Equal(["""{ "a" : [1,2] }"""], Recovered(RowFormat.JsonDocument(), """{ "a" : [1,2] }"""));

    [Fact]
    public void A_blank_document_has_no_rows() => Assert.Empty(Recovered(RowFormat.JsonDocument(), " \r\n"));

    [Fact]
    public void A_document_that_is_no_json_fails_as_a_whole() =>
        Assert.Throws<InvalidMessageException>(() => Recovered(RowFormat.JsonDocument(), "{'a': 1}"));

    [Fact]
    public void A_value_is_found_below_names_and_is_none_where_one_is_missing()
    {
        var row = new JsonRow(JsonText.Parse("""{"env": {"addr": {"ip": "192.0.2.1"}}, "no": null, "types": {"a": "x", "n": 1}}"""));
        Assert.Equal("192.0.2.1", row.Get("env", "addr", "ip").Text);
        Assert.True(row.Get("env", "missing", "ip").IsNone);
        Assert.True(row.Get("no").IsNone);
        Assert.True(row.Get("missing").IsNone);
        Assert.Equal("1", row.Texts("types")["n"]);
        Assert.Empty(row.Texts("missing"));
    }

    [Fact]
    public void A_row_is_written_with_sorted_names_and_ascii_alone() =>
        Assert.Equal("""{"a": "\u00fc", "b": {"c": 1.0, "d": 2}}""", new JsonRow(JsonText.Parse("""{"b":{"d":2,"c":1.0},"a":"ü"}""")).ToSortedText());

    [Fact]
    public void Text_that_is_no_json_is_refused_with_its_place() =>
        Assert.Contains("LineNumber", Assert.Throws<FormatException>(() => JsonText.Parse("[1,")).Message, StringComparison.Ordinal);
}
