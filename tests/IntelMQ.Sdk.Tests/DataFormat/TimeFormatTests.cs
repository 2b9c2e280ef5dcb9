namespace IntelMQ.Sdk.Tests.DataFormats;

public sealed class TimeFormatTests
{
    [Theory]
    [InlineData(null, "31 Aug 2015 8:16", "2015-08-31T08:16:00+00:00")]
    [InlineData("", "2015-08-31T10:16:10+02:00", "2015-08-31T08:16:10+00:00")]
    [InlineData("timestamp", "1441008970", "2015-08-31T08:16:10+00:00")]
    [InlineData("timestamp", "1441008970.5", "2015-08-31T08:16:10.500000+00:00")]
    [InlineData("epoch_millis", "1441008970000", "2015-08-31T08:16:10+00:00")]
    [InlineData("epoch_millis", "14410089700", null)]
    [InlineData("windows_nt", "130854825700000000", "2015-08-31T08:16:10+00:00")]
    [InlineData("utc_isoformat", "2015-08-31T08:16:10+00:00", "2015-08-31T08:16:10+00:00")]
    [InlineData("from_format|%d/%b/%Y:%H:%M:%S %z", "31/Aug/2015:10:16:10 +0200", "2015-08-31T08:16:10+00:00")]
    [InlineData("from_format|%d/%b/%Y %I:%M %p", "1/Aug/2015  8:16 pm", "2015-08-01T20:16:00+00:00")]
    [InlineData("from_format|%G-W%V-%u", "2015-W53-7", "2016-01-03T00:00:00+00:00")]
    [InlineData("from_format|%Y-%j", "2015-243", "2015-08-31T00:00:00+00:00")]
    [InlineData("from_format|%I %H", "08 21", "1900-01-01T21:00:00+00:00")]
    [InlineData("from_format_midnight|%d.%m.%Y %H:%M", "31.08.2015 10:16", "2015-08-31T00:00:00+00:00")]
    public void A_value_in_the_format_becomes_a_time(string? parameter, string value, string? expected)
    {
        Assert.Equal(expected, TimeFormat.Parse(parameter).Convert(value));
    }

    [Theory]
    [InlineData("timestamp", "yesterday")]
    [InlineData("timestamp", "nan")]
    [InlineData("timestamp", "1e300")]
    [InlineData("utc_isoformat", "2015-08-31T08:16:10Z")]
    [InlineData("fuzzy", "no date")]
    [InlineData("from_format|%Y-%m-%d", "2015-08-31 08:16")]
    [InlineData("from_format|%Y-%m-%d", "2015-02-30")]
    public void Another_value_is_refused_with_a_reason(string parameter, string value)
    {
        Assert.False(TimeFormat.Parse(parameter).TryConvert(value, out var time, out var problem));
        Assert.Null(time);
        Assert.NotEmpty(problem!);
    }

    [Theory]
    [InlineData("bad", "Argument 'time_format' is invalid. Should be one of: ['timestamp', 'windows_nt', 'epoch_millis', 'from_format', 'from_format_midnight', 'utc_isoformat', 'fuzzy', None]. Got 'bad'.")]
    [InlineData("from_format", "Argument 'time_format' is invalid. Should be of type: from_format|FORMAT_STRING. Got 'from_format'.")]
    [InlineData("from_format|%s", "'s' is a bad directive in format '%s'")]
    [InlineData("from_format|%", "stray % in format '%'")]
    public void A_wrong_parameter_is_refused_with_a_reason(string parameter, string expected)
    {
        Assert.Equal(expected, Assert.Throws<FormatException>(() => TimeFormat.Parse(parameter)).Message);
    }

    [Theory]
    [InlineData("%Y-%m-%d %H:%M:%S.%f", "2015-08-31 08:16:10.123456")]
    [InlineData("%a %A %b %B %d %e|%j %p %y %%", "Mon Monday Aug August 31 31|243 AM 15 %")]
    [InlineData("%c %x %X", "Mon Aug 31 08:16:10 2015 08/31/15 08:16:10")]
    [InlineData("%G-W%V-%u %U %W %w %z %Z", "2015-W36-1 35 35 1 +0000 UTC")]
    [InlineData("%s", "1441008970")]
    [InlineData("100%", "100%")]
    public void A_time_is_written_in_a_format(string format, string expected)
    {
        var time = new DateTimeOffset(2015, 8, 31, 8, 16, 10, TimeSpan.Zero).AddMicroseconds(123456);

        Assert.Equal(expected, StrftimeText.Format(format, time));
    }

    [Fact]
    public void What_a_date_does_not_say_comes_from_today()
    {
        var clock = new FixedClock(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero));

        Assert.Equal("2026-11-23T00:00:00+00:00", Read("Monday", clock));
        Assert.Equal("2026-11-22T17:00:00+00:00", Read("5pm", clock));
        Assert.Equal("2026-03-15T00:00:00+00:00", Read("March 15", clock));
        Assert.Equal("2015-08-22T00:00:00+00:00", Read("Aug 2015", clock));
    }

    [Fact]
    public void The_usual_forms_of_a_date_are_read_as_by_guessing()
    {
        string[] texts =
        [
            "2015-08-31T08:16:10+00:00", "2015-08-31 08:16:10", "2015-08-31T08:16:10Z", "2015-08-31T08:16:10.5Z", "2015-08-31T08:16:10.1234567", "2015-08-31",
            "2015-08-31 08:16", "2015-08-31T08:16:10-0330", "2015-08-31T08:16:10+02:00", "0099-01-02", "2015-02-29", "2015-08-31T24:00:00", "0001-01-01T00:00:00+01:00",
        ];
        var clock = new FixedClock(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero));

        foreach (var text in texts)
        {
            var tokens = new List<string>();
            DateTokens.Split(text, tokens);
            var reading = new FuzzyDateReading(tokens, clock.GetUtcNow().UtcDateTime);
            var guessed = reading.TryRead() && reading.Complete(out var slow) is null ? IsoDate.Format(slow) : null;
            Assert.Equal(guessed, IsoDate.TryParse(text, out var fast) ? IsoDate.Format(fast) : null);
        }
    }

    static string? Read(string text, TimeProvider clock) => FuzzyDate.TryParse(text, clock, out var utc, out _) ? IsoDate.Format(utc) : null;

    sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
