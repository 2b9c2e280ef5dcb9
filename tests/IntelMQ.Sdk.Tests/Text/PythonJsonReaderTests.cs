namespace IntelMQ.Sdk.Tests.Texts;

public sealed class PythonJsonReaderTests
{
    [Theory]
    [InlineData("[NaN, Infinity, -Infinity]", "[NaN, Infinity, -Infinity]")]
    [InlineData("{\"a\": NaN}", "{\"a\": NaN}")]
    [InlineData("\"NaN\"", "\"NaN\"")]
    [InlineData("[5, 5.0, 1e16, 123456789012345678901234567890]", "[5, 5.0, 1e+16, 123456789012345678901234567890]")]
    [InlineData("{\"a\": 1, \"a\": 2}", "{\"a\": 2}")]
    [InlineData("\"\\ud800 \\u00e4\"", "\"\\ud800 \\u00e4\"")]
    public void What_the_original_reads_is_read_and_written_the_same(string json, string expected)
    {
        Assert.True(PythonJsonReader.TryParse(json, out var value));
        Assert.Equal(expected, PythonJson.ToText(FieldValue.From(value), ascii: true));
    }

    [Theory]
    [InlineData("-NaN")]
    [InlineData("1NaN")]
    [InlineData("NaN1")]
    [InlineData("+Infinity")]
    [InlineData("[1,]")]
    [InlineData("{'a': 1}")]
    [InlineData("1 2")]
    [InlineData("")]
    public void What_it_refuses_is_refused(string json)
    {
        Assert.False(PythonJsonReader.TryParse(json, out _));
        Assert.False(PythonJsonReader.IsJson(json, out _));
    }
}
