namespace IntelMQ.Sdk.Tests;

public sealed class DatabaseFileTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("intelmq-database-");
    readonly Clock _time = new();
    readonly Lines _log = new();

    sealed class Lines : IBotLog
    {
        public List<(BotLogLevel Level, string Text)> All { get; } = [];

        public bool IsEnabled(BotLogLevel level) => true;

        public void Write(BotLogLevel level, string message, Exception? error = null) => All.Add((level, message));
    }

    sealed class Clock : TimeProvider
    {
        long _ticks;

        public override long GetTimestamp() => _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string FilePath => Path.Combine(_directory.FullName, "below", "table.txt");

    public void Dispose() => _directory.Delete(recursive: true);

    DatabaseFile<string> Open() => new(
        FilePath,
        stream => new StreamReader(stream).ReadToEnd() is var text && text.StartsWith("bad", StringComparison.Ordinal) ? throw new FormatException("This is no table.") : text,
        new BotContext { BotId = "bot", Format = DataFormat.Shipped, Log = _log, Time = _time, StateDirectory = _directory.FullName });

    Task<bool> ReplaceAsync(string content) => DatabaseFile.ReplaceAsync(FilePath, System.Text.Encoding.UTF8.GetBytes(content), Token);

    [Fact]
    public async Task A_file_that_was_replaced_is_read_again_within_a_minute()
    {
        Assert.True(await ReplaceAsync("one"));
        File.SetLastWriteTimeUtc(FilePath, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var database = Open();
        Assert.True(await ReplaceAsync("two"));
        Assert.Equal("one", database.Current);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("two", database.Current);
    }

    [Fact]
    public async Task A_new_file_that_cannot_be_read_leaves_the_old_table_in_use_and_is_told()
    {
        await ReplaceAsync("one");
        File.SetLastWriteTimeUtc(FilePath, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var database = Open();
        await ReplaceAsync("bad");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("one", database.Current);
        Assert.Contains(_log.All, line => line.Level == BotLogLevel.Error && line.Text.Contains("no table", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_has_its_content_already_is_not_touched()
    {
        Assert.True(await ReplaceAsync("one"));
        Assert.False(await ReplaceAsync("one"));
        Assert.Equal(["table.txt"], Directory.GetFiles(Path.GetDirectoryName(FilePath)!).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_that_is_missing_keeps_the_bot_from_starting_and_says_how_to_get_it()
    {
        Assert.Contains("update-database", Assert.Throws<ConfigurationException>(Open).Message, StringComparison.Ordinal);
        Assert.Contains("update-database", Assert.Single(DatabaseFile.Check(FilePath)).Message, StringComparison.Ordinal);
    }
}
