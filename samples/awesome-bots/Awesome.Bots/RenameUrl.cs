using IntelMQ.Sdk;

namespace Awesome.Bots;

/// <summary>The parameter <c>feed_url</c> is called <c>http_url</c>, as with other collectors.</summary>
[ConfigurationUpgrade("intelmq.bots.collectors.awesome.special", "1.0.0")]
public sealed class RenameUrl : IConfigurationUpgrade
{
    public ConfiguredBot Upgrade(ConfiguredBot bot) => bot.WithRenamed("feed_url", "http_url");
}
