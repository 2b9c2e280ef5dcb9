namespace IntelMQ.Sdk.Tests.DataFormats;

public sealed class DataTypeTests
{
    public static TheoryData<string> Names => [.. DataType.All.Select(type => type.Name)];

    static DataType Named(string name) => DataType.Named(name)!;

    [Theory]
    [InlineData("example.com", true)]
    [InlineData("example.com#", true)]
    [InlineData("example.com?#", true)]
    [InlineData("example.com?\t", true)]
    [InlineData("example.com?a", false)]
    [InlineData("example.com#?", false)]
    [InlineData("example.com##", false)]
    [InlineData("example.com/", false)]
    public void A_host_name_has_no_query_but_may_end_in_the_mark_of_an_empty_one(string name, bool isValid) => Assert.Equal(isValid, DataType.Fqdn.IsValid(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void No_value_makes_a_type_throw(string name)
    {
        var values = new RandomValues(1);

        for (var i = 0; i < 5_000; i++)
        {
            var value = values.Value();
            Named(name).IsValid(value);
            if (Named(name).TrySanitize(value, out var sanitized)) Named(name).IsValid(sanitized);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_sanitized_and_valid_stays_as_it_is_when_sanitized_again(string name)
    {
        var values = new RandomValues(2);

        for (var i = 0; i < 5_000; i++)
        {
            var value = values.Value();
            // Folding a name beyond ASCII can leave a blank at its end, in the original too.
            if (name == "FQDN" && value.Text is { } text && !System.Text.Ascii.IsValid(text)) continue;
            if (!Named(name).TrySanitize(value, out var once) || !Named(name).IsValid(once)) continue;
            Assert.True(Named(name).TrySanitize(once, out var twice), $"{Show(value)}: {Show(once)}");
            Assert.Equal(Show(once), Show(twice));
        }
    }

    static string Show(in FieldValue value) => value.Kind == ValueKind.Bytes ? Convert.ToHexString(value.Bytes!) : PythonJson.ToText(value, ascii: true);

    [Theory]
    [InlineData("IPAddress", "192.0.2.1")]
    [InlineData("IPAddress", "2001:db8::1")]
    [InlineData("IPNetwork", "192.0.2.0/24")]
    [InlineData("FQDN", "www.example.com")]
    [InlineData("URL", "https://www.example.com/path?query#fragment")]
    [InlineData("DateTime", "2015-08-31T08:16:10+00:00")]
    [InlineData("ClassificationType", "c2-server")]
    [InlineData("ClassificationTaxonomy", "malicious-code")]
    [InlineData("LowercaseString", "tcp")]
    [InlineData("UppercaseString", "AT")]
    [InlineData("Registry", "RIPE")]
    [InlineData("String", "a text")]
    public void A_value_in_form_is_the_same_object_after_sanitizing_and_costs_no_memory(string name, string text)
    {
        var type = Named(name);
        Assert.True(type.TrySanitize(text, out var sanitized) && type.IsValid(sanitized));
        Assert.Same(text, sanitized.Text);

        Assert.Equal(0, Allocations.Least(() =>
        {
            type.TrySanitize(text, out var again);
            type.IsValid(again);
        }));
    }

    [Fact]
    public void Raw_data_keeps_every_byte()
    {
        var values = new RandomValues(3);

        for (var i = 0; i < 500; i++)
        {
            var bytes = values.Bytes();
            if (bytes.Length == 0) continue;
            var report = new Report(DataFormat.Shipped);
            report.Add(Fields.Raw, bytes);

            var read = (Report)JsonForm.Read(JsonForm.Write(report), DataFormat.Shipped);

            Assert.Equal(bytes, report.RawBytes.ToArray());
            Assert.Equal(bytes, read.RawBytes.ToArray());
        }
    }

    [Fact]
    public void Raw_data_that_is_text_is_encoded_and_text_from_the_wire_is_not()
    {
        var report = new Report(DataFormat.Shipped);
        report.Add(Fields.Raw, "foo");
        var read = (Report)JsonForm.Read("""{"raw": "Zm9v", "__type": "Report"}"""u8.ToArray(), DataFormat.Shipped);

        Assert.Equal("foo", report.RawText);
        Assert.Equal("foo", read.RawText);
        Assert.Equal(read.ToString(), report.ToString());
    }

    [Fact]
    public void Bytes_that_are_no_text_are_left_out_when_raw_data_is_read_as_text()
    {
        var report = new Report(DataFormat.Shipped);
        report.Add(Fields.Raw, new byte[] { 0xff, 0xfe, (byte)'a', (byte)'b', (byte)'c' });

        Assert.Equal("abc", report.RawText);
    }

    [Fact]
    public void The_type_names_of_the_original_are_all_known()
    {
        string[] names =
        [
            "Accuracy", "ASN", "Base64", "Boolean", "ClassificationTaxonomy", "ClassificationType", "DateTime", "FQDN", "Float", "IPAddress", "IPNetwork", "Integer",
            "JSON", "JSONDict", "LowercaseString", "Registry", "String", "TLP", "URL", "UppercaseString",
        ];

        Assert.Equal(names.Order(StringComparer.Ordinal), DataType.All.Select(type => type.Name).Order(StringComparer.Ordinal));
        Assert.Null(DataType.Named("Ipaddress"));
    }

    [Fact]
    public void Each_type_of_incident_has_a_taxonomy()
    {
        Assert.Equal(44, Classification.Taxonomies.Count);
        Assert.All(Classification.Taxonomies, pair => Assert.True(DataType.ClassificationTaxonomy.IsValid(pair.Value)));
        Assert.Equal("malicious-code", Classification.TaxonomyOf("c2-server"));
        Assert.Equal("other", Classification.TaxonomyOf("blocklist"));
    }
}
