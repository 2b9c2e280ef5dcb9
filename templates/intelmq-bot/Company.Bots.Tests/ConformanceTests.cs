using IntelMQ.Sdk.Testing;
using Xunit;

namespace Company.Bots.Tests;

public sealed class ConformanceTests
{
    public static TheoryData<string> Bots => [.. BotConformance.BotsOf(OfBots)];

    static System.Reflection.Assembly OfBots => System.Reflection.Assembly.Load("Company.Bots");

    [Theory, MemberData(nameof(Bots))]
    public async Task A_bot_stands_what_every_bot_must(string module) => Assert.Empty(await BotConformance.CheckAsync(OfBots, module));
}
