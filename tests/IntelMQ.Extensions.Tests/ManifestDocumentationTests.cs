using System.Text;
using System.Text.Json.Nodes;

namespace IntelMQ.Extensions.Tests;

public sealed class ManifestDocumentationTests
{
    [Fact]
    public void A_page_has_the_bots_with_their_parameters()
    {
        var package = new TestPackage("Awesome.Bots", "1.0.0", "intelmq.bots.collectors.awesome.special").WithManifest(manifest =>
        {
            manifest["authors"] = "Awesome <script>";
            manifest["dependencies"] = new JsonObject { ["Some.Library"] = "2.1.0" };
            manifest["bots"]![0]!["singleInstance"] = true;
            manifest["bots"]![0]!["parameters"] = JsonNode.Parse("""
                { "type": "object", "required": ["url"], "properties": {
                    "url": { "type": "string", "format": "uri", "description": "Where the feed is." },
                    "api_key": { "type": "string", "writeOnly": true, "description": "One | two\nlines." },
                    "pause": { "type": "number", "x-unit": "s", "default": 300 },
                    "mode": { "type": "string", "enum": ["full", "delta"], "default": "delta" } } }
                """);
        });

        var page = ManifestDocumentation.ToMarkdown(ManifestReader.Read("extension.json", Encoding.UTF8.GetBytes(package.Manifest.ToJsonString())), []);

        Assert.Equal(
            """
            # Awesome.Bots 1.0.0

            Bots of Awesome.Bots

            - Package: Awesome.Bots
            - Authors: Awesome &lt;script>
            - IntelMQ.Sdk: [1.0.0, 2.0.0)
            - Libraries inside: Some.Library 2.1.0

            ## intelmq.bots.collectors.awesome.special

            What intelmq.bots.collectors.awesome.special does.

            Runs as one instance, whatever `instances_threads` says.

            | Parameter | Type | Default | |
            |---|---|---|---|
            | `url` | uri | **required** | Where the feed is. |
            | `api_key` | string, secret |  | One \| two lines. |
            | `pause` | number (s) | `300` |  |
            | `mode` | `full`, `delta` | `"delta"` |  |

            """,
            page);
    }
}
