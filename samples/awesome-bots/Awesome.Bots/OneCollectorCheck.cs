using IntelMQ.Sdk;

namespace Awesome.Bots;

/// <summary>Each feed has one collector, or its events arrive twice.</summary>
[PackageCheck]
public sealed class OneCollectorCheck : IPackageCheck
{
    public IEnumerable<CheckResult> Check(IReadOnlyList<ConfiguredBot> bots) => bots
        .Where(bot => bot.Module == "intelmq.bots.collectors.awesome.special" && bot.Parameters.GetValueOrDefault("http_url") is not null)
        .GroupBy(bot => bot.Parameters["http_url"])
        .Where(same => same.Count() > 1)
        .Select(same => new CheckResult(BotLogLevel.Warning, $"{string.Join(" and ", same.Select(bot => bot.Id))} fetch the same feed, {same.Key}."));
}
