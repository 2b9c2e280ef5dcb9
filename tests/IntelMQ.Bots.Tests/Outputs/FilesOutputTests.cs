using IntelMQ.Bots.Outputs.Files;

namespace IntelMQ.Bots.Tests.Outputs;

public sealed class FilesOutputTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Each_message_is_a_file_that_appears_complete()
    {
        await using var bot = BotHarness.For<FilesOutput>(new Dictionary<string, object?> { ["tmp"] = folder.In("tmp"), ["dir"] = folder.In("new/dir"), ["suffix"] = ".event" });

        await bot.RunAsync("""{ "source.port": 1 }""", """{ "source.port": 2 }""");

        var files = Directory.GetFiles(folder.In("new/dir"), "*.event");
        Assert.Equal(["{\"source.port\": 1}", "{\"source.port\": 2}"], files.Select(File.ReadAllText).Order());
        Assert.Empty(Directory.GetFiles(folder.In("tmp")));
    }

    [Fact]
    public async Task A_file_in_the_place_of_a_directory_is_a_configuration_error()
    {
        var taken = folder.Write("taken", "");
        await using var bot = BotHarness.For<FilesOutput>(new Dictionary<string, object?> { ["tmp"] = taken, ["dir"] = taken });

        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => folder.Dispose();
}
