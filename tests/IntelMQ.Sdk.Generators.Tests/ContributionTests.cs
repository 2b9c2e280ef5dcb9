using System.Reflection;
using IntelMQ.Sdk.Tasks;

namespace IntelMQ.Sdk.Generators.Tests;

public sealed class ContributionTests
{
    const string Source = """
        /// <summary>Does nothing.</summary>
        [Bot("intelmq.bots.outputs.acme.nothing")]
        public sealed class NothingOutput : Output { protected override ValueTask WriteAsync(Message m, CancellationToken c) => default; }

        /// <summary>Renames <c>feed_url</c> to <c>http_url</c>.</summary>
        [ConfigurationUpgrade("intelmq.bots.outputs.acme.nothing", "1.10.0")]
        public sealed class RenameUrl : IConfigurationUpgrade { public ConfiguredBot Upgrade(ConfiguredBot bot) => bot.WithRenamed("feed_url", "http_url"); }

        /// <summary>The bot has another name.</summary>
        [ConfigurationUpgrade("intelmq.bots.outputs.acme.nix", "1.2.0")]
        sealed class RenameBot : IConfigurationUpgrade { public ConfiguredBot Upgrade(ConfiguredBot bot) => bot with { Module = "intelmq.bots.outputs.acme.nothing" }; }

        /// <summary>Bots fit together.</summary>
        [PackageCheck]
        public sealed class FitCheck : IPackageCheck { public IEnumerable<CheckResult> Check(IReadOnlyList<ConfiguredBot> bots) { yield return new(BotLogLevel.Warning, bots[0].Id); } }

        [ConfigurationUpgrade("intelmq.bots.experts.taxonomy.expert", "1.0.0")]
        public sealed class Stranger : IConfigurationUpgrade { public ConfiguredBot Upgrade(ConfiguredBot bot) => bot; }
        """;

    static readonly Compiled Snippet = new(Source);

    static string? Metadata(string key) => Assembly.Load(Snippet.Bytes).GetCustomAttributes<AssemblyMetadataAttribute>().SingleOrDefault(a => a.Key == key)?.Value;

    [Fact]
    public void Upgrades_are_in_the_manifest_in_the_order_of_their_versions_and_wrong_ones_are_left_out() => Assert.Equal(
        """[{"bot":"intelmq.bots.outputs.acme.nix","version":"1.2.0","type":"RenameBot","summary":"The bot has another name."},{"bot":"intelmq.bots.outputs.acme.nothing","version":"1.10.0","type":"RenameUrl","summary":"Renames feed_url to http_url."}]""",
        Metadata("IntelMQ.Upgrades"));

    [Fact]
    public void Checks_are_in_the_manifest() => Assert.Equal("""[{"type":"FitCheck","summary":"Bots fit together."}]""", Metadata("IntelMQ.Checks"));

    [Fact]
    public void The_host_creates_upgrades_and_checks_by_their_class()
    {
        var bot = new ConfiguredBot("a", "intelmq.bots.outputs.acme.nothing", new Dictionary<string, object?> { ["x"] = 1L, ["feed_url"] = "u", ["y"] = 2L });

        var upgraded = Snippet.Entry.Upgrades.Single(u => u.Type == "RenameUrl").Create().Upgrade(bot);

        Assert.Equal(["x", "http_url", "y"], upgraded.Parameters.Keys);
        Assert.Equal("a", Assert.Single(Assert.Single(Snippet.Entry.Checks).Create().Check([bot])).Message);
    }

    [Fact]
    public void An_assembly_without_upgrades_and_checks_does_not_mention_them()
    {
        var plain = new Compiled("""
            [Bot("intelmq.bots.outputs.acme.nothing")]
            public sealed class NothingOutput : Output { protected override ValueTask WriteAsync(Message m, CancellationToken c) => default; }
            """);

        Assert.DoesNotContain("Registration>", string.Join('\n', plain.Compilation.SyntaxTrees.Select(t => t.ToString())).Replace("BotRegistration>", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Empty(plain.Entry.Upgrades);
        Assert.Empty(plain.Entry.Checks);
    }

    [Fact]
    public void The_packing_task_knows_the_types_of_the_data_format() =>
        Assert.Equal(DataFormat.Shipped.EventFields.Select(f => f.Value.Name).Distinct().Except(FieldsFile.Types), []);

    [Fact]
    public void Every_type_that_the_packing_task_accepts_is_one_of_the_data_format() =>
        DataFormat.Shipped.With(FieldsFile.Types.Select((type, i) => new AddedField("event", $"acme.field{i}", type)));
}

public sealed class ConfiguredBotTests
{
    static readonly ConfiguredBot Bot = new("a", "m", new Dictionary<string, object?> { ["one"] = 1L, ["two"] = null });

    [Fact]
    public void A_parameter_is_set_in_its_place_or_at_the_end()
    {
        Assert.Equal([("one", 5L), ("two", null)], Pairs(Bot.With("one", 5L)));
        Assert.Equal([("one", 1L), ("two", null), ("three", 3L)], Pairs(Bot.With("three", 3L)));
    }

    [Fact]
    public void What_is_not_there_can_be_removed_and_renamed_without_a_change()
    {
        Assert.Same(Bot, Bot.Without("three"));
        Assert.Same(Bot, Bot.WithRenamed("three", "four"));
        Assert.True(Bot.Has("two"));
    }

    [Fact]
    public void A_value_under_the_new_name_stands_when_a_parameter_is_renamed() => Assert.Equal([("two", null)], Pairs(Bot.WithRenamed("one", "two")));

    static IEnumerable<(string, object?)> Pairs(ConfiguredBot bot) => bot.Parameters.Select(p => (p.Key, p.Value));
}
