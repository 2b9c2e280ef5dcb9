using IntelMQ.Bots.Outputs.File;

namespace IntelMQ.Bots.Tests.Outputs;

public sealed class FileOutputTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    string Target => folder.In("events.txt");

    BotHarness Bot(params (string Name, object? Value)[] parameters) =>
        BotHarness.For<FileOutput>(new Dictionary<string, object?>(parameters.Select(p => KeyValuePair.Create(p.Name, p.Value))) { ["file"] = Target });

    [Fact]
    public async Task Each_message_becomes_a_line_of_JSON_with_sorted_names()
    {
        await using var bot = Bot();

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "extra.tag": "é", "raw": "eA==" }""", """{ "source.port": 80 }""");

        Assert.Equal("{\"extra.tag\": \"é\", \"source.ip\": \"192.0.2.1\"}\n{\"source.port\": 80}\n", await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Options_change_the_form()
    {
        await using var bot = Bot(("hierarchical_output", true), ("message_with_type", true), ("keep_raw_field", true));

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "raw": "eA==" }""");

        Assert.Equal("""{"__type": "Event", "raw": "eA==", "source": {"ip": "192.0.2.1"}}""" + "\n", await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Extra_can_be_one_text()
    {
        await using var bot = Bot(("message_jsondict_as_string", true));

        await bot.RunAsync("""{ "extra.tag": "é", "extra.n": 1 }""");

        Assert.Equal("""{"extra": "{\"tag\": \"é\", \"n\": 1}"}""" + "\n", await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("raw", "x y\n")]
    [InlineData("source.port", "80\n")]
    [InlineData("source.fqdn", "None\n")]
    [InlineData("output", "ready\n")]
    public async Task A_single_field_can_be_written_instead(string field, string expected)
    {
        await using var bot = Bot(("single_key", field));

        await bot.RunAsync("""{ "source.port": 80, "raw": "eCB5", "output": "\"ready\"" }""");

        Assert.Equal(expected, await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_that_was_renamed_is_left_alone_and_a_new_one_begun()
    {
        await using var bot = Bot();
        await bot.RunAsync("""{ "source.port": 1 }""");
        File.Move(Target, Target + ".1");

        await bot.RunAsync("""{ "source.port": 2 }""");

        Assert.Equal("{\"source.port\": 1}\n", await File.ReadAllTextAsync(Target + ".1", TestContext.Current.CancellationToken));
        Assert.Equal("{\"source.port\": 2}\n", await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Lines_that_could_not_be_written_are_written_once_when_it_works_again()
    {
        await using var bot = Bot();
        await bot.StartAsync(TestContext.Current.CancellationToken);
        File.Delete(Target);
        Directory.CreateDirectory(Target);
        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync("""{ "source.port": 1 }"""));
        Directory.Delete(Target);

        await bot.RunAsync("""{ "source.port": 2 }""");

        Assert.Equal("{\"source.port\": 1}\n{\"source.port\": 2}\n", await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_message_that_is_tried_again_because_a_full_buffer_could_not_be_written_is_written_once()
    {
        await using var bot = Bot();
        await bot.StartAsync(TestContext.Current.CancellationToken);
        File.Delete(Target);
        Directory.CreateDirectory(Target);
        var large = $$"""{ "comment": "{{new string('x', 1100 * 1024)}}" }""";
        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync(large, """{ "source.port": 1 }"""));
        Directory.Delete(Target);

        await bot.RunAsync("""{ "source.port": 1 }""");

        var lines = await File.ReadAllLinesAsync(Target, TestContext.Current.CancellationToken);
        Assert.Equal(2, lines.Length);
        Assert.Equal("""{"source.port": 1}""", lines[1]);
    }

    [Fact]
    public async Task A_message_that_cannot_be_written_leaves_no_half_line()
    {
        await using var bot = Bot(("hierarchical_output", true));

        await Assert.ThrowsAsync<InvalidOperationException>(() => bot.RunAsync("""{ "extra.a": 1, "extra.a.b": 2 }"""));
        await bot.RunAsync("""{ "source.port": 2 }""");

        Assert.Equal("{\"source\": {\"port\": 2}}\n", await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_name_of_the_file_can_be_made_of_fields()
    {
        await using var bot = BotHarness.For<FileOutput>(new Dictionary<string, object?>
        {
            ["file"] = folder.In("{event[source.abuse_contact]}/{event[time.source]:%Y-%m-%d}.txt"),
            ["format_filename"] = true,
        });

        await bot.RunAsync(
            """{ "source.abuse_contact": "abuse@example.com", "time.source": "2020-02-03T04:05:06+00:00" }""",
            """{ "source.abuse_contact": "../evil" }""");

        Assert.True(File.Exists(folder.In("abuse@example.com/2020-02-03.txt")));
        Assert.True(File.Exists(folder.In(".._evil/None.txt")));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_to_is_a_configuration_error()
    {
        await using var bot = BotHarness.For<FileOutput>(new Dictionary<string, object?> { ["file"] = "/proc/no/such/file" });

        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("", "file is empty")]
    [InlineData("{event[a", "closing")]
    [InlineData("{ev[a]}", "has no meaning")]
    public void Mistakes_in_the_name_are_told_before_the_start(string file, string expected)
    {
        var options = new FileOutputOptions { File = file, FormatFilename = true };

        Assert.Contains(options.Check(), result => result.Level == BotLogLevel.Error && result.Message.Contains(expected, StringComparison.Ordinal));
    }

    public void Dispose() => folder.Dispose();
}
