namespace IntelMQ.Sdk.Tests;

public sealed class TextTemplateTests
{
    [Theory]
    [InlineData("{ev[source.ip]}", "<ev source.ip>")]
    [InlineData("a {{b}} {0}{1} c", "a {b} <0><1> c")]
    [InlineData("{time[%H:%M]}", "<time %H:%M>")]
    [InlineData("{event[time.source]:%Y}", "<event time.source : %Y>")]
    [InlineData("{matches[f][1]}", "<matches f 1>")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    public void Places_are_filled_in(string text, string expected) =>
        Assert.Equal(expected, TextTemplate.Parse(text).Fill(p => $"<{string.Join(' ', [p.Name, .. p.Indexes])}{(p.Format.Length > 0 ? " : " + p.Format : "")}>"));

    [Theory]
    [InlineData("{a")]
    [InlineData("a}")]
    [InlineData("{a[b}")]
    [InlineData("{a[b]c}")]
    public void A_brace_without_counterpart_is_an_error_with_the_text(string text) =>
        Assert.Contains(text, Assert.Throws<FormatException>(() => TextTemplate.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{x}", "ab", "ab")]
    [InlineData("{x:>5}", "ab", "   ab")]
    [InlineData("{x:*^5}", "ab", "*ab**")]
    [InlineData("{x:.1}", "ab", "a")]
    [InlineData("{x:5}|", "ab", "ab   |")]
    [InlineData("{x:%Y/%m}", "2026-03-04T00:00:00+00:00", "2026/03")]
    public void Values_are_written_in_the_format_of_their_place(string text, string value, string expected) =>
        Assert.Equal(expected, TextTemplate.Parse(text).Fill((TextPlace _) => (FieldValue)value));

    [Fact]
    public void Numbers_and_what_is_missing_are_written_as_the_original_does()
    {
        Assert.Equal("5 5.0 True None", TextTemplate.Parse("{0} {1} {2} {3}").Fill((TextPlace p) => p.Name switch { "0" => 5, "1" => 5.0, "2" => true, _ => FieldValue.None }));
        Assert.Throws<FormatException>(() => TextTemplate.Parse("{x:%Y}").Fill((TextPlace _) => (FieldValue)"no time"));
        Assert.Throws<FormatException>(() => TextTemplate.Parse("{x:zz}").Fill((TextPlace _) => (FieldValue)"text"));
    }
}

public sealed class RelativeTimeTests
{
    [Theory]
    [InlineData("1 second", 1)]
    [InlineData("10 hours", 36000)]
    [InlineData(" 3  days", 259200)]
    [InlineData("1 month", 2592000)]
    [InlineData("2 years", 63072000)]
    public void A_number_and_a_unit_are_a_span(string text, long seconds) => Assert.Equal(seconds, (long)RelativeTime.Parse(text).TotalSeconds);

    [Theory]
    [InlineData("")]
    [InlineData("hours")]
    [InlineData("-1 day")]
    [InlineData("1.5 days")]
    [InlineData("1 fortnight")]
    [InlineData("1 dayss")]
    public void Anything_else_is_an_error_that_says_what_was_expected(string text)
    {
        Assert.Contains("10 hours", Assert.Throws<FormatException>(() => RelativeTime.Parse(text)).Message, StringComparison.Ordinal);
        Assert.False(RelativeTime.TryParse(text, out _));
    }

    [Fact]
    public void A_span_beyond_all_dates_is_the_longest_there_is() => Assert.Equal(TimeSpan.MaxValue, RelativeTime.Parse("12345678901 years"));
}

public sealed class FileNamesTests
{
    [Theory]
    [InlineData("attachment; filename=report.csv", "http://a.example/b/c", "report.csv")]
    [InlineData("attachment; filename=\"report.csv\"", "http://a.example/b/c", "\"report.csv\"")]
    [InlineData("inline", "http://a.example/b/c.csv", "c.csv")]
    [InlineData(null, "http://a.example/b/", "")]
    public void The_name_is_what_the_server_says_or_the_end_of_the_address(string? disposition, string url, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var response = new HttpResponseMessage { RequestMessage = request };
        if (disposition is not null) response.Content.Headers.TryAddWithoutValidation("Content-Disposition", disposition);
        Assert.Equal(name, FileNames.FromResponse(response));
    }
}
