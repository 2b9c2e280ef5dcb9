using System.Text;

namespace IntelMQ.Extensions.Tests;

public sealed class ManifestReaderTests
{
    [Fact]
    public void Everything_wrong_is_said_at_once_with_line_and_path()
    {
        const string Json = """
            {
              "manifestVersion": 7,
              "id": "../evil",
              "version": "1.0",
              "sdk": { "range": "yesterday" },
              "runtime": { "kind": "dotnet", "framework": "net5", "entry": "../../evil.dll" },
              "isolation": "none",
              "dependencies": { "Library": 3 },
              "bots": [
                { "name": "intelmq.bots.experts.a.b", "group": "parsers", "parameters": {} },
                { "name": "Intelmq.Bots.x", "group": "experts",
                  "parameters": { "properties": { "a": true } } },
                { "name": "intelmq.bots.experts.a.b", "group": "experts" }
              ]
            }
            """;

        var error = Assert.Throws<ExtensionException>(() => ManifestReader.Read("extension.json", Encoding.UTF8.GetBytes(Json)));

        Assert.Equal(
            [
                (2, "manifestVersion", "7 is not known to this IntelMQ, which reads 1; a newer IntelMQ may read it"),
                (3, "id", "'../evil' is no id: letters, digits, '.', '_' and '-', at most 100, not starting or ending with '.'"),
                (4, "version", "'1.0' is not a version of SemVer 2 such as 1.2.3 or 1.2.3-beta.1"),
                (5, "sdk.range", "'yesterday' is not an interval of versions such as [1.1.0, 2.0.0)"),
                (6, "runtime.entry", "'../../evil.dll' is not a relative path with slashes that stays in the package"),
                (6, "runtime.framework", "'net5' is not a target framework such as net10.0"),
                (7, "isolation", "'none' is none of any, process"),
                (8, "dependencies.Library", "3 is not a text"),
                (10, "bots[0].group", "'parsers' is not the group in the name, experts"),
                (11, "bots[1].name", "'Intelmq.Bots.x' is not " + BotName.Form),
                (12, "bots[1].parameters.properties.a", "true is not an object"),
                (13, "bots[2].name", "'intelmq.bots.experts.a.b' is there twice"),
                (13, "bots[2].parameters", "is missing; expected an object"),
            ],
            error.Problems.Select(problem => (problem.Line!.Value, problem.Path!, problem.Text)).Order());
        Assert.StartsWith("extension.json:", error.Problems[0].ToString());
    }

    [Theory]
    [InlineData("[]", "the document is not an object")]
    [InlineData("{ \"id\": 1, \"id\": 2 }", "Duplicate")]
    [InlineData("{ \"id\": ", "")]
    [InlineData("", "")]
    public void What_is_no_document_is_told_with_its_line(string json, string text)
    {
        var problem = Assert.Single(Assert.Throws<ExtensionException>(() => ManifestReader.Read("extension.json", Encoding.UTF8.GetBytes(json))).Problems);

        Assert.Equal(1, problem.Line);
        Assert.Contains(text, problem.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("{\n \"id\": \"\\ud800\" }")]
    [InlineData("{\n \"\\udc00\": 1 }")]
    public void Half_of_a_pair_of_characters_is_no_text(string json)
    {
        var problem = Assert.Single(Assert.Throws<ExtensionException>(() => ManifestReader.Read("extension.json", Encoding.UTF8.GetBytes(json))).Problems);

        Assert.Equal("extension.json:2: is not UTF-8 text", problem.ToString());
    }

    [Fact]
    public void Bytes_that_are_no_text_are_told_with_their_line() =>
        Assert.Equal("extension.json:3: is not UTF-8 text", Assert.Throws<ExtensionException>(() => ManifestReader.Read("extension.json", (byte[])[.. "{\n\n \"id\": \""u8, 0xFF, .. "\" }"u8])).Message);

    [Fact]
    public void Unknown_fields_and_a_byte_order_mark_are_accepted()
    {
        var manifest = new TestPackage("Awesome.Bots", "1.0.0", "intelmq.bots.experts.a.b").WithManifest(json => json["contributes"] = new System.Text.Json.Nodes.JsonArray(1, 2)).Manifest;

        Assert.Equal("Awesome.Bots", ManifestReader.Read("extension.json", (byte[])[0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(manifest.ToJsonString())]).Id);
    }
}
