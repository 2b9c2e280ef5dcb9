using IntelMQ.Cli.Terminal;

namespace IntelMQ.Cli.Tests;

public sealed class IndentedJsonTests
{
    [Fact]
    public void Values_are_laid_out_as_the_original_does()
    {
        var value = new Dictionary<string, object?>
        {
            ["text"] = "ä\"\n",
            ["list"] = new List<object?> { 1L, 2.5, true, null },
            ["empty"] = new List<object?>(),
            ["map"] = new Dictionary<string, object?>(),
        };

        Assert.Equal("{\n    \"text\": \"\\u00e4\\\"\\n\",\n    \"list\": [\n        1,\n        2.5,\n        true,\n        null\n    ],\n    \"empty\": [],\n    \"map\": {}\n}", IndentedJson.Of(value));
    }
}
