namespace IntelMQ.Sdk.Tests.DataFormats;

public sealed class DataFormatTests
{
    [Fact]
    public void The_shipped_format_has_all_fields()
    {
        Assert.Equal(82, DataFormat.Shipped.EventFields.Count());
        Assert.Equal(10, DataFormat.Shipped.ReportFields.Count());
        Assert.Contains(DataFormat.Shipped.EventFields, pair => pair.Key == "source.ip" && pair.Value == DataType.IpAddress);
    }

    [Fact]
    public void All_errors_of_a_file_are_told_at_once_with_their_lines()
    {
        const string text = """
            {
              "event": {
                "source.Ip": {"type": "IPAddress"},
                "source.url": {"type": "Url"},
                "comment": {"type": "String", "regex": "a(b"},
                "status": {"type": "String", "length": "five"},
                "tlp": {"description": "x"},
                "raw": 5
              },
              "report": []
            }
            """;

        var errors = Assert.Throws<DataFormatException>(() => DataFormat.Parse(text, "etc/harmonization.conf")).Errors;

        Assert.Equal(8, errors.Count);
        Assert.StartsWith("etc/harmonization.conf: line 3: event: source.Ip: the name is not allowed", errors[0]);
        Assert.Equal("etc/harmonization.conf: line 4: event: source.url: there is no type 'Url'. Did you mean 'URL'?", errors[1]);
        Assert.StartsWith("etc/harmonization.conf: line 5: event: comment: regex 'a(b' is not a regular expression", errors[2]);
        Assert.Equal("etc/harmonization.conf: line 6: event: status: length: \"five\" stands there; expected a whole number of characters.", errors[3]);
        Assert.StartsWith("etc/harmonization.conf: line 7: event: tlp: the option \"type\" is missing; expected one of ASN, Accuracy", errors[4]);
        Assert.Equal("etc/harmonization.conf: line 8: event: raw: 5 stands there; expected a JSON object with the options of the field.", errors[5]);
        Assert.Equal("etc/harmonization.conf: line 10: report: [] stands there; expected a JSON object with fields.", errors[6]);
        Assert.Equal("etc/harmonization.conf: the section \"report\" is missing.", errors[7]);
    }

    [Fact]
    public void A_comma_too_many_is_no_error_as_in_the_original()
    {
        var format = DataFormat.Parse("""{"event": {"comment": {"type": "String",},}, "report": {},}""");

        Assert.Equal("comment", Assert.Single(format.EventFields).Key);
    }

    [Theory]
    [InlineData("{\"event\": {,}}", "line 1, column 12: this is no JSON")]
    [InlineData("event:\n  source.ip:\n    type: IPAddress\n", "A file in YAML must be converted to JSON.")]
    [InlineData("", "expected a JSON object")]
    public void What_is_no_JSON_is_refused_with_the_place(string text, string expected)
    {
        var error = Assert.Throws<DataFormatException>(() => DataFormat.Parse(text));

        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Extra_of_the_type_JSON_is_taken_for_a_JSONDict()
    {
        var format = DataFormat.Parse("""{"event": {"extra": {"type": "JSON"}}, "report": {}}""");

        var message = new Event(format);
        message.Add(Field.Named("extra.a"), 5);

        Assert.Equal("""{"extra.a": 5, "__type": "Event"}""", message.ToString());
    }

    [Fact]
    public void A_package_adds_fields_that_messages_then_have()
    {
        var format = DataFormat.Shipped.With([new AddedField("event", "cert.serial", "LowercaseString", Length: 4, Regex: "^[0-9a-f]+$", Description: "x")]);

        var message = new Event(format);
        message.Add(Field.Named("cert.serial"), " AB12 ");

        Assert.Equal("ab12", message.Get("cert.serial").Text);
        Assert.Equal(AddResult.Invalid, message.TrySet(Field.Named("cert.serial"), "abcde"));
        Assert.Equal(AddResult.Invalid, message.TrySet(Field.Named("cert.serial"), "xyz"));
        Assert.Throws<InvalidKeyException>(() => new Event(DataFormat.Shipped).Add(Field.Named("cert.serial"), "ab"));
    }

    [Fact]
    public void A_field_of_a_package_may_demand_a_pattern_whatever_the_case_of_its_letters()
    {
        var format = DataFormat.Shipped.With([new AddedField("event", "cert.level", "String", Regex: "^.{3,4}$", CaseInsensitiveRegex: "^(low|high)$")]);
        var message = new Event(format);

        message.Add(Field.Named("cert.level"), "HiGh");

        Assert.Equal("HiGh", message.Get("cert.level").Text);
        Assert.Equal(AddResult.Invalid, message.TrySet(Field.Named("cert.level"), "middle"));
        Assert.Equal(AddResult.Invalid, message.TrySet(Field.Named("cert.level"), "höch"));
    }

    [Fact]
    public void Fields_of_packages_that_contradict_others_are_all_told()
    {
        var errors = Assert.Throws<DataFormatException>(() => DataFormat.Shipped.With(
        [
            new AddedField("event", "source.ip", "IPAddress"),
            new AddedField("event", "source.asn", "Integer"),
            new AddedField("events", "x.y", "String"),
            new AddedField("report", "x.Y", "Strin"),
        ])).Errors;

        Assert.Equal(
            [
                "event: source.asn: the field exists already with another definition (ASN, not Integer, or other options).",
                "events: x.y: there is no kind of message 'events'; expected 'event' or 'report'.",
                @"report: x.Y: the name is not allowed; expected lower-case letters, digits, '_' and dots: ^[a-z_][a-z_0-9]+(\.[a-z_0-9]+)*$.",
                "report: x.Y: there is no type 'Strin'. Did you mean 'String'?",
            ],
            errors);
    }

    [Theory]
    [InlineData("^[ -~]+$")]
    [InlineData("^[a-zA-Z0-9]{2}$")]
    [InlineData(@"^.*[^\.]$")]
    [InlineData("^[A-F0-9./]+$")]
    [InlineData("^[a-z0-9]{2}-[a-z0-9]{1}$")]
    [InlineData(@"^(tcp|udp|nvp(-ii)?|ax.25|a/n|tp\+\+)$")]
    [InlineData("^(a|b)(c|d)$")]
    [InlineData("^ab$")]
    public void A_pattern_that_is_compared_without_the_engine_means_the_same(string pattern)
    {
        var regex = new System.Text.RegularExpressions.Regex(pattern, System.Text.RegularExpressions.RegexOptions.CultureInvariant);
        var compared = FieldPattern.Create(pattern, ignoreCase: false);
        var random = new Random(5);
        const string letters = "aB9. \n-/~\u00e4tcpudnvix25+";

        string[] texts = ["", "\n", "a\n", "\n\n", "a\n\n", ".", "a.", "a.\n", "tcp", "tcp\n", "nvp", "nvp-ii", "ax.25", "axx25", "a/n", "tp++", "ac", "ad", "a", "ab-a", "ab-a\n", "ab"];
        foreach (var text in texts.Concat(Enumerable.Range(0, 20_000).Select(_ => new string([.. Enumerable.Range(0, random.Next(5)).Select(_ => letters[random.Next(letters.Length)])]))))
            Assert.True(regex.IsMatch(text) == compared.IsMatch(text), PythonText.Repr(text));
    }

    [Theory]
    [InlineData("TCP", true)]
    [InlineData("Nvp-II", true)]
    [InlineData("tcpx", false)]
    public void The_transport_protocols_are_compared_without_case(string text, bool matches)
    {
        var rule = DataFormat.Shipped.Event.Find(Fields.ProtocolTransport)!;

        Assert.Equal(matches, rule.CaseInsensitivePattern!.IsMatch(text));
    }
}
