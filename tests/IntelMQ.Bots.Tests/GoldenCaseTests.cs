using System.Reflection;
using IntelMQ.Sdk.Testing;

namespace IntelMQ.Bots.Tests;

/// <summary>All cases beside the bots. To accept what comes out: <c>INTELMQ_ACCEPT=1</c>, then look at the changes.</summary>
public sealed class GoldenCaseTests
{
    static readonly Dictionary<string, GoldenCase> All =
        GoldenCase.FindAll("src/IntelMQ.Bots", Assembly.Load("IntelMQ.Bots")).ToDictionary(static c => c.Name, StringComparer.Ordinal);

    public static TheoryData<string> Cases => [.. All.Keys];

    [Theory, MemberData(nameof(Cases))]
    public Task A_bot_does_what_its_cases_say(string name) => All[name].VerifyAsync();
}
