using IntelMQ.Bots.Outputs.Blackhole;

namespace IntelMQ.Bots.Tests;

public sealed class GoldenCaseTests
{
    static readonly IReadOnlyDictionary<string, GoldenCase> All =
        GoldenCase.FindAll("src/IntelMQ.Bots", typeof(BlackholeOutput).Assembly).ToDictionary(golden => golden.Name, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory, MemberData(nameof(Names))]
    public Task A_bot_turns_the_input_into_the_expected_messages(string name) => All[name].VerifyAsync(Services.ForGoldenCases());
}
