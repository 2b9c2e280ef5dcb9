using System.Text.Json.Nodes;
using IntelMQ.Control.Tests;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

[assembly: ExtensionEntry(typeof(ContributingEntry))]

namespace IntelMQ.Control.Tests;

/// <summary>A package whose assembly is that of these tests: with a bot, upgrades and checks.</summary>
static class ContributingPackage
{
    public const string Bot = "intelmq.bots.experts.awesome.quiet";

    public const string FormerBot = "intelmq.bots.experts.awesome.silent";

    /// <summary>Lays it out in the extension directory of an installation, as by hand.</summary>
    /// <param name="installation">Which.</param>
    /// <param name="contributions">Members of the manifest.</param>
    public static void CopyInto(TemporaryInstallation installation, string contributions, string id = "Awesome.Bots", string bot = Bot)
    {
        var manifest = JsonNode.Parse($$"""
            { "manifestVersion": 1, "id": "{{id}}", "version": "1.0.0", "sdk": { "range": "[1.0.0, 2.0.0)" },
              "runtime": { "kind": "dotnet", "framework": "net10.0", "entry": "net10.0/Bots.dll" },
              "bots": [ { "name": "{{bot}}", "group": "experts", "parameters": { "type": "object", "properties": { "http_url": { "type": "string" } } } } ] }
            """)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(contributions)!.AsObject()) manifest[name] = value!.DeepClone();
        var folder = Directory.CreateDirectory(Path.Combine(installation.Paths.ExtensionsDirectory, id, "1.0.0", "net10.0")).FullName;
        File.Copy(typeof(ContributingPackage).Assembly.Location, Path.Combine(folder, "Bots.dll"));
        // Attributes of the test runner are on the assembly, too.
        foreach (var library in Directory.EnumerateFiles(AppContext.BaseDirectory, "xunit.*.dll")) File.Copy(library, Path.Combine(folder, Path.GetFileName(library)));
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(folder)!, "extension.json"), manifest.ToJsonString());
    }

    /// <summary>The runtime configuration of one bot of it.</summary>
    public static string Configuration(string parameters = "", string module = Bot) => $"""
        quiet: [group: Expert, name: q, description: d, enabled: true, run_mode: continuous, module: {module}, parameters: [source_queue: quiet-queue, destination_queues: [_default: -out-queue-]{parameters}]]
        out: [group: Output, name: o, description: d, enabled: true, run_mode: continuous, module: intelmq.bots.outputs.blackhole.output, parameters: [source_queue: out-queue]]
        """.Replace('[', '{').Replace(']', '}').Replace("-out-queue-", "[out-queue]", StringComparison.Ordinal);
}

/// <summary>What the generator would have written.</summary>
sealed class ContributingEntry : IExtensionEntry
{
    public IReadOnlyList<BotRegistration> Bots { get; } = [new(ContributingPackage.Bot, static (_, _) => new QuietExpert(), static _ => [], false)];

    public IReadOnlyList<UpgradeRegistration> Upgrades { get; } =
    [
        new("RenameUrl", static () => new Upgrade(static bot => bot.WithRenamed("feed_url", "http_url"))),
        new("RenameBot", static () => new Upgrade(static bot => bot with { Module = ContributingPackage.Bot })),
        new("Grow", static () => new Upgrade(static bot => bot.With("count", bot.Parameters.TryGetValue("count", out var count) ? (long)count! + 1 : 0L))),
        new("Manual", static () => new Upgrade(static _ => throw new ConfigurationException("Move the file yourself."))),
        new("Throws", static () => new Upgrade(static _ => throw new InvalidOperationException("no idea"))),
    ];

    public IReadOnlyList<CheckRegistration> Checks { get; } =
    [
        new("Counts", static () => new Check(static bots => [new(BotLogLevel.Warning, $"{bots.Count} bot(s): {bots[0].Id} {bots[0].Parameters.GetValueOrDefault("http_url")}", "http_url")])),
        new("Throws", static () => new Check(static _ => throw new InvalidOperationException("no idea"))),
    ];

    sealed class Upgrade(Func<ConfiguredBot, ConfiguredBot> upgrade) : IConfigurationUpgrade
    {
        ConfiguredBot IConfigurationUpgrade.Upgrade(ConfiguredBot bot) => upgrade(bot);
    }

    sealed class Check(Func<IReadOnlyList<ConfiguredBot>, IEnumerable<CheckResult>> check) : IPackageCheck
    {
        IEnumerable<CheckResult> IPackageCheck.Check(IReadOnlyList<ConfiguredBot> bots) => check(bots);
    }
}

/// <summary>Sends everything on.</summary>
sealed class QuietExpert : Expert
{
    protected override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken) => emitter.SendAsync(message, cancellationToken: cancellationToken);
}
