namespace IntelMQ.Sdk.Tests.Texts;

public sealed class PythonRegexTests
{
    [Theory]
    [InlineData(@"(?P<name>\w+)-(?P=name)", "foo-foo", true)]
    [InlineData(@"(?P<name>\w+)-(?P=name)", "foo-bar", false)]
    [InlineData(@"abc\Z", "abc\n", false)]
    [InlineData(@"abc$", "abc\n", true)]
    [InlineData(@"^[[]a[]]$", "[a]", true)]
    [InlineData(@"^[]a]+$", "]a", true)]
    [InlineData(@"^[^]]+$", "a]", false)]
    [InlineData(@"^[a-z-[b]]$", "b]", true)]
    [InlineData(@"^\s$", "\u001c", true)]
    [InlineData(@"^\S$", "\u001c", false)]
    [InlineData("^a{,2}$", "aa", true)]
    [InlineData("^a{,2}$", "a{,2}", false)]
    [InlineData("(?iu)^ä$", "Ä", true)]
    [InlineData("(?u)^a$", "A", false)]
    [InlineData(@"\U0001F4A9", "💩", true)]
    [InlineData(@"^\""\'\/\-$", "\"'/-", true)]
    [InlineData("^.$", "💩", true)]
    [InlineData("^..$", "💩", false)]
    [InlineData("^[^a]$", "💩", true)]
    [InlineData("^[a💩]$", "💩", true)]
    [InlineData("^💩{2}$", "💩💩", true)]
    [InlineData("^(?s:.)$", "\n", true)]
    [InlineData(@"^\w$", "²", true)]
    [InlineData(@"^\w$", "‿", false)]
    public void A_pattern_in_the_other_dialect_matches_what_it_matched_there(string pattern, string text, bool matches)
    {
        Assert.Equal(matches, PythonRegex.Compile(pattern).IsMatch(text));
    }

    [Fact]
    public void Case_is_ignored_where_asked_for()
    {
        Assert.Matches(PythonRegex.Compile("^ABC$", ignoreCase: true), "abc");
        Assert.DoesNotMatch(PythonRegex.Compile("^ABC$"), "abc");
    }

    [Fact]
    public void A_pattern_that_would_take_forever_elsewhere_takes_linear_time()
    {
        Assert.DoesNotMatch(PythonRegex.Compile("^(a+)+$"), new string('a', 10_000) + "b");
    }

    [Fact]
    public void An_error_in_a_pattern_is_told()
    {
        Assert.ThrowsAny<ArgumentException>(() => PythonRegex.Compile("a(b"));
    }
}
