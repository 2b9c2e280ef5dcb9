namespace IntelMQ.Extensions.Tests;

public sealed class SemanticVersionTests
{
    [Fact]
    public void Precedence_is_that_of_semver()
    {
        string[] ordered = ["0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-beta.99999999999999999999", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"];

        Assert.Equal(ordered, ordered.Reverse().Select(SemanticVersion.Parse).Order().Select(version => version.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.0")]
    [InlineData("1.0.0.0")]
    [InlineData("01.0.0")]
    [InlineData("1.0.0-")]
    [InlineData("1.0.0-01")]
    [InlineData("1.0.0-a..b")]
    [InlineData("1.0.0+")]
    [InlineData("v1.0.0")]
    [InlineData("-1.0.0")]
    [InlineData("1.0.99999999999")]
    public void Other_texts_are_no_versions(string text) => Assert.False(SemanticVersion.TryParse(text, out _));

    [Fact]
    public void Build_metadata_has_no_meaning() => Assert.Equal(SemanticVersion.Parse("1.0.0-rc.1"), SemanticVersion.Parse("1.0.0-rc.1+build.01"));

    [Theory]
    [InlineData("[1.1.0, 2.0.0)", "1.1.0", true)]
    [InlineData("[1.1.0, 2.0.0)", "1.0.9", false)]
    [InlineData("[1.1.0, 2.0.0)", "1.9.9", true)]
    [InlineData("[1.1.0, 2.0.0)", "2.0.0", false)]
    [InlineData("(1.1.0,)", "1.1.0", false)]
    [InlineData("(1.1.0,)", "99.0.0", true)]
    [InlineData("[,2.0]", "2.0.0", true)]
    [InlineData("[1.0]", "1.0.0", true)]
    [InlineData("[1.0]", "1.0.1", false)]
    [InlineData("1.2", "1.3.0", true)]
    [InlineData("1.2", "1.1.0", false)]
    public void Intervals_contain_what_they_say(string range, string version, bool contains) =>
        Assert.Equal(contains, VersionRange.Parse(range).Contains(SemanticVersion.Parse(version)));

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("(1.0.0)")]
    [InlineData("[2.0.0, 1.0.0]")]
    [InlineData("[1.0.0, 2.0.0, 3.0.0]")]
    [InlineData("[a, b]")]
    [InlineData("1.*")]
    public void Other_texts_are_no_intervals(string text) => Assert.False(VersionRange.TryParse(text, out _));

    [Theory]
    [InlineData("linux-x64", "linux-x64", true)]
    [InlineData("linux-x64", "debian.12-x64", true)]
    [InlineData("linux-x64", "linux-musl-x64", false)]
    [InlineData("linux-musl-x64", "linux-musl-x64", true)]
    [InlineData("linux-arm64", "linux-x64", false)]
    [InlineData("win-x64", "linux-x64", false)]
    [InlineData("unix", "linux-x64", true)]
    [InlineData("any", "linux-x64", true)]
    public void Libraries_fit_a_platform(string libraries, string here, bool fits) => Assert.Equal(fits, Platform.Fits(libraries, here));
}
