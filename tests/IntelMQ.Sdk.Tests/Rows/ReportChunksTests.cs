using System.Text;

namespace IntelMQ.Sdk.Tests;

public sealed class ReportChunksTests
{
    static async Task<List<string>> SplitAsync(string data, int? size, bool header = false)
    {
        var parts = new List<string>();
        await using var stream = new MemoryStream(Encoding.UTF8.GetBytes(data));
        await foreach (var part in ReportChunks.SplitAsync(stream, size, header, TestContext.Current.CancellationToken)) parts.Add(Encoding.UTF8.GetString(part));
        return parts;
    }

    [Theory]
    [InlineData("a\nb\nc\n", 4, "a\nb\n|c\n")]
    [InlineData("a\nb\nc\n", 100, "a\nb\nc\n")]
    [InlineData("long line\nb\n", 3, "long line\n|b\n")]
    [InlineData("b\nlong line", 3, "b\n|long line")]
    [InlineData("no end at all", 3, "no end at all")]
    [InlineData("", 3, "")]
    public async Task Parts_end_at_line_ends(string data, int size, string expected) => Assert.Equal(expected, string.Join('|', await SplitAsync(data, size)));

    [Fact]
    public async Task The_first_line_is_put_before_every_part()
    {
        Assert.Equal(["h\na\n", "h\nb\n", "h\nc"], await SplitAsync("h\na\nb\nc", 2, header: true));
        Assert.Empty(await SplitAsync("h\n", 2, header: true));
    }

    [Fact]
    public async Task Without_a_size_there_is_one_part_and_none_of_nothing()
    {
        Assert.Equal(["a\nb\n"], await SplitAsync("a\nb\n", null));
        Assert.Empty(await SplitAsync("", null));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => SplitAsync("a", 0));
    }

    [Fact]
    public async Task All_parts_together_are_the_data()
    {
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var data = string.Concat(Enumerable.Range(0, random.Next(200)).Select(_ => random.Next(6) == 0 ? "\n" : "x"));
            Assert.Equal(data, string.Concat(await SplitAsync(data, random.Next(1, 40))));
        }
    }
}
