using System.Reflection;
using IntelMQ.Sdk.Testing;

namespace IntelMQ.Bots.Tests;

public sealed class ConformanceTests
{
    static readonly Assembly BuiltIn = Assembly.Load("IntelMQ.Bots");

    public static TheoryData<string> Bots => [.. BotConformance.BotsOf(BuiltIn)];

    [Theory, MemberData(nameof(Bots))]
    public async Task A_bot_stands_what_every_bot_must(string module) => Assert.Empty(await BotConformance.CheckAsync(BuiltIn, module));
}
