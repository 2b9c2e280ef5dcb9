namespace IntelMQ.Sdk.Tests;

/// <summary>Texts of parameters that are more than texts: limits in time, times within URLs, fields of messages within texts, choices out of archives.</summary>
public sealed class ParameterTextTests
{
    static readonly DateTimeOffset Now = new(2024, 3, 15, 12, 34, 56, TimeSpan.Zero);

    [Theory]
    [InlineData("2 days", "2024-03-13T12:34:56Z")]
    [InlineData("1 hour", "2024-03-15T11:34:56Z")]
    [InlineData("2024-01-31 10:00", "2024-01-31T10:00:00Z")]
    [InlineData("2024-01-31T10:00:00+02:00", "2024-01-31T08:00:00Z")]
    [InlineData("9999999 years", "0001-01-01T00:00:00Z")]
    public void A_limit_in_time_is_a_point_or_a_span_before_now(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), PointInTime.Parse(text)!.At(Now));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void No_text_is_no_limit(string? text) => Assert.Null(PointInTime.Parse(text));

    [Theory]
    [InlineData("many days", "span")]
    [InlineData("soon", "point")]
    public void A_limit_that_is_neither_says_what_was_expected(string text, string expected)
    {
        Assert.Contains(expected, PointInTime.ProblemOf(text), StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => PointInTime.Parse(text));
    }

    [Theory]
    [InlineData("false", "a/{time[%Y]}")]
    [InlineData("true", "a/2024")]
    [InlineData("""{"days": -75, "hours": 1}""", "a/2023")]
    public void The_time_is_filled_in_where_it_is_asked_for(string formatting, string expected) =>
        Assert.Equal(expected, TimeTemplate.Fill("a/{time[%Y]}", JsonText.Parse(formatting), Now));

    [Theory]
    [InlineData("a/{date[%Y]}", "true")]
    [InlineData("a/{time[%Y]", "true")]
    [InlineData("a", """{"fortnights": 1}""")]
    [InlineData("a", """{"days": "one"}""")]
    public void A_template_or_shift_without_meaning_is_told(string text, string formatting) =>
        Assert.NotNull(TimeTemplate.ProblemOf(text, JsonText.Parse(formatting)));

    static Event Event()
    {
        var e = new Event(DataFormat.Shipped);
        e.Add(Fields.Source.Asn, 64496);
        e.Add(Fields.TimeSource, "2024-01-31T08:00:00+00:00");
        e.Add(Fields.FeedName, "../a/b");
        return e;
    }

    [Theory]
    [InlineData("AS {ev[source.asn]}, {{x}}", "AS 64496, {x}")]
    [InlineData("{ev[source.ip]}", "None")]
    [InlineData("{ev[time.source]:%Y-%m}", "2024-01")]
    [InlineData("{ev[time.source]}", "2024-01-31T08:00:00+00:00")]
    [InlineData("{ev[feed.name]}", "../a/b")]
    public void Fields_of_a_message_are_filled_into_a_text(string text, string expected) => Assert.Equal(expected, MessageTemplate.Parse(text, "ev").Fill(Event()));

    [Theory]
    [InlineData("/d/{event[feed.name]}/x", "/d/.._a_b/x")]
    [InlineData("/d/{event[time.source]}", "/d/2024-01-31 08:00:00+00:00")]
    public void A_value_does_not_lead_out_of_the_directory_of_a_path(string text, string expected) => Assert.Equal(expected, MessageTemplate.Parse(text, "event").Fill(Event(), isPath: true));

    [Theory]
    [InlineData("{event[source.ip]}")]
    [InlineData("{ev}")]
    [InlineData("{ev[a][b]}")]
    [InlineData("{ev[source.ip]")]
    public void A_place_that_is_no_field_of_the_message_is_told(string text) => Assert.NotNull(MessageTemplate.ProblemOf(text, "ev"));

    [Theory]
    [InlineData("true", true, null)]
    [InlineData("false", false, null)]
    [InlineData("null", false, null)]
    [InlineData("\"\"", false, null)]
    [InlineData("\"a.csv,b.csv\"", true, "a.csv b.csv")]
    [InlineData("""["a.csv", "b.csv"]""", true, "a.csv b.csv")]
    public void The_files_to_take_out_of_archives_are_all_some_or_none(string parameter, bool isWanted, string? names)
    {
        var selection = ArchiveSelection.From(JsonText.Parse(parameter));
        Assert.Equal((isWanted, names), (selection.IsWanted, selection.Names is { } set ? string.Join(' ', set.Order(StringComparer.Ordinal)) : null));
    }

    [Fact]
    public void A_row_of_csv_is_written_in_its_dialect() =>
        Assert.Equal("1;\"a;b\";\n", CsvText.Row(["1", "a;b", null], new CsvDialect { Delimiter = ';' }, "\n"));
}
