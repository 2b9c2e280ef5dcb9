using System.Reflection;

namespace IntelMQ.Sdk.Testing.Tests;

public sealed class BotConformanceTests
{
    static readonly Assembly Bots = typeof(BotConformanceTests).Assembly;

    public static TheoryData<string> Names => [.. BotConformance.BotsOf(Bots).Where(static b => b != "intelmq.bots.parsers.kit.careless")];

    [Theory, MemberData(nameof(Names))]
    public async Task A_careful_bot_has_no_problems(string module) => Assert.Empty(await BotConformance.CheckAsync(Bots, module));

    [Fact]
    public async Task A_careless_bot_is_told_what_it_does_wrong()
    {
        var problems = await BotConformance.CheckAsync(Bots, "intelmq.bots.parsers.kit.careless");

        Assert.Contains(problems, static p => p.StartsWith("When given one line break, it throws IndexOutOfRangeException", StringComparison.Ordinal));
        Assert.Contains(problems, static p => p.Contains("cannot stop", StringComparison.Ordinal));
    }
}
