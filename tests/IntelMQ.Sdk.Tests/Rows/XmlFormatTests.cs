using System.Text;

namespace IntelMQ.Sdk.Tests;

public sealed class XmlFormatTests
{
    static List<(string Name, string Recovered)> Read(string report) =>
        [.. RowFormat.Xml("entry").Read(Encoding.UTF8.GetBytes(report)).Select(r => (r.Value!.Name.LocalName, Encoding.UTF8.GetString(r.Recover())))];

    [Fact]
    public void Every_element_of_the_name_is_a_row_wherever_it_stands_and_keeps_the_white_space_behind_it()
    {
        var rows = Read("<?xml version=\"1.0\" encoding=\"iso-8859-15\"?>\n<out><entry id=\"1\">\n\t<a>x &amp; ü</a>\n</entry>\n<more><entry/></more></out>");
        Assert.Equal(["<entry id=\"1\">\n\t<a>x &amp; ü</a>\n</entry>\n", "<entry />"], rows.Select(r => r.Recovered));
    }

    [Fact]
    public void A_recovered_row_has_plain_text_for_cdata_and_the_short_form_for_empty_elements() =>
        Assert.Equal(["<entry><u>http://a/?b&amp;c</u><t /><n /></entry>"], Read("<o><entry><u><![CDATA[http://a/?b&c]]></u><t><![CDATA[]]></t><n></n></entry></o>").Select(r => r.Recovered));

    [Fact]
    public void A_recovered_row_is_a_report_with_that_row() =>
        Assert.Equal(["<entry><a>1</a></entry>"], Read(Read("<o>\n<entry><a>1</a></entry></o>")[0].Recovered).Select(r => r.Recovered));

    [Fact]
    public void Namespaces_and_attributes_stay() =>
        Assert.Equal(["<entry xmlns=\"urn:a\" xmlns:b=\"urn:b\" b:c=\"1\" d=\"&lt;&quot;\"><b:e /></entry>"], Read("<entry xmlns='urn:a' xmlns:b='urn:b' b:c='1' d='&lt;\"'><b:e/></entry>").Select(r => r.Recovered));

    [Fact]
    public void Comments_and_document_types_are_passed_over() =>
        Assert.Equal(["<entry>1</entry>"], Read("<!DOCTYPE o [<!ENTITY e \"boom\">]><o><entry>1<!-- c --></entry></o>").Select(r => r.Recovered));

    [Theory]
    [InlineData("<o><entry></o>")]
    [InlineData("<o>")]
    [InlineData("no xml")]
    [InlineData("<!DOCTYPE o [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><o><entry>&e;</entry></o>")]
    public void A_report_that_is_no_xml_fails_as_a_whole(string report) => Assert.Throws<InvalidMessageException>(() => Read(report));

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    public void A_blank_report_has_no_rows(string report) => Assert.Empty(Read(report));

    [Fact]
    public void Elements_nested_a_hundred_thousand_deep_are_read_and_written()
    {
        const int Deep = 100_000;
        var rows = Read("<entry>" + string.Concat(Enumerable.Repeat("<a>", Deep)) + string.Concat(Enumerable.Repeat("</a>", Deep)) + "</entry>");
        Assert.Single(rows);
    }
}
