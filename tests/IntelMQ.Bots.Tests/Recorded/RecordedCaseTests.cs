using IntelMQ.Bots.Outputs.Blackhole;

namespace IntelMQ.Bots.Tests.Recorded;

/// <summary>Our bots against recordings of the original's.</summary>
public sealed class RecordedCaseTests(ITestOutputHelper output)
{
    public static TheoryData<string> Modules => [.. BotConformance.BotsOf(typeof(BlackholeOutput).Assembly)];

    [Theory, MemberData(nameof(Modules))]
    public async Task A_bot_does_what_the_original_did_but_for_the_deviations_that_are_explained(string module)
    {
        if (RecordedCases.Root is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "The recordings of the original are missing; set INTELMQ_CONFORMANCE to their directory.");
            return;
        }

        using var folder = new TemporaryFolder();
        var (count, explained) = (0, 0);
        var unexplained = new List<string>();
        foreach (var recorded in RecordedCases.Of(module, folder.Path))
        {
            count++;
            if (await recorded.RunAsync() is not { } difference) continue;

            if (Deviations.ReasonFor(module, recorded, difference) is { } reason)
            {
                explained++;
                output.WriteLine($"{recorded.Name}: {difference}\n  {reason}");
            }
            else
            {
                unexplained.Add($"{recorded.Name}: {difference}");
            }
        }

        output.WriteLine($"{module}: {count - explained - unexplained.Count} of {count} as recorded, {explained} explained deviations");
        Assert.True(unexplained.Count == 0, $"{unexplained.Count} recordings of {module} differ:\n{string.Join('\n', unexplained)}");
    }
}
