namespace IntelMQ.Sdk.Tests.Messages;

public sealed class MessageHashTests
{
    static string Hash(string json, MessageHash? hash = null) =>
        (hash ?? MessageHash.OfAll).ComputeText(JsonForm.Read(System.Text.Encoding.UTF8.GetBytes(json), DataFormat.Shipped, "Event"));

    [Theory]
    [InlineData("""{"feed.name": "Example", "feed.url": "https://example.com/", "raw": "bG9yZW0gaXBzdW0=", "time.observation": "2015-01-01T00:00:00+00:00"}""", "d04aa050afdc58a39329c78c3b59ce6fb6f11effe180fe8084b4f1e89007de71")]
    [InlineData("""{"source.asn": 5}""", "197c7193d753a655d7a29d09c86698d79501777ccc5b939a98ca362e6f26c74c")]
    [InlineData("""{"source.geolocation.latitude": 1.0}""", "4d28d4e33d35a5b577449fed0262568c5b3b24b7d806380e2bb8d13862dd07df")]
    [InlineData("""{"source.tor_node": false}""", "59e614ad51d933515027f729a86ada907a0ab4600bbdfb47853390787ae7a0f5")]
    [InlineData("""{"comment": "it's"}""", "16227c597126ccfce45bc6107108896a8440235f30d095cfb822cc3f385404f3")]
    [InlineData("""{"comment": "it's \"x\""}""", "a405032c18abf88f1d9f21869656d6e8475f79a339e3da1eb62bf0dbec2cad9e")]
    [InlineData("""{"comment": "ä\n\t\\"}""", "bc194b078f223a9f472fe12846a2891908b5d92692a95ea3518ed4ca1201bce4")]
    [InlineData("""{"comment": "\u007f\u200b\u00a0\ud83d\udca9"}""", "57123874150d93790208a399eb1bbe24b17daf5347f9c49174b8a1d208b1326a")]
    [InlineData("""{"extra.a": true, "extra.c": [1, "x", 2.5], "extra.d": {"k": "v", "n": null}}""", "c663db8d1f4e2cc29d33c55749fcdff94768e0f7218545f437c6c7ce25592967")]
    [InlineData("""{"comment": "\ud83e\udee8"}""", "5ea8b43886b64b2e42b56293304d7ff5b3b82480363f5e032dd5f95dab7d7f94")] // of Unicode 15
    public void An_event_has_the_hash_that_the_original_computes(string json, string expected)
    {
        Assert.Equal(expected, Hash(json));
    }

    [Fact]
    public void Fields_can_be_left_out_or_chosen()
    {
        const string json = """{"source.asn": 5, "comment": "x", "feed.name": "n"}""";

        Assert.Equal("36087f59686aaa08bf79d4d9ff5615da87038f4e257199f4ff98a93e3f4c3de4", Hash(json, MessageHash.Without(["comment"])));
        Assert.Equal("147d627fce9c4a7aaa97cb121cabfa6eeb1402107ec7ce5d86545626f817f12c", Hash(json, MessageHash.Of(["comment"])));
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Hash(json, MessageHash.Of(["status"])));
    }

    [Fact]
    public void Large_values_are_hashed_in_parts_with_the_same_result()
    {
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        var added = new Event(DataFormat.Shipped);
        added.Add(Fields.Raw, bytes);
        added.Add(Fields.Comment, new string('a', 70_000) + "ä'");

        var text = $"raw\u0001'{Convert.ToBase64String(bytes)}'\u0001";
        var comment = $"comment\u0001\"{new string('a', 70_000)}ä'\"\u0001";
        var input = System.Text.Encoding.UTF8.GetBytes(comment + text);
        for (var i = 0; i < input.Length; i++)
            if (input[i] == 1)
                input[i] = 0xc0;
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input)), MessageHash.OfAll.ComputeText(added));
    }
}
