using IntelMQ.Control.Logs;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Tests;

public sealed class BotLogReaderTests : IDisposable
{
    readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    IReadOnlyList<LogEntry> Read(string text, int most, BotLogLevel least)
    {
        File.WriteAllText(_file, text);
        return BotLogReader.ReadLast(_file, "out", most, least);
    }

    const string Log = """
        2026-11-22 07:26:22,968 - out - INFO - Bot is starting.
        2026-11-22 07:26:23,000 - out.3 - DEBUG - detail
        2026-11-22 07:26:24,100 - out - ERROR - It failed.
        System.IO.IOException: no room
           at Writer.Write()
        2026-11-22 07:26:25,000 - other - ERROR - of another bot
        2026-11-22 07:26:26,000 - out - INFO - on - it goes

        """;

    [Fact]
    public void Lines_of_a_level_and_above_are_shown_oldest_first()
    {
        var entries = Read(Log, 10, BotLogLevel.Info);

        Assert.Equal(["Bot is starting.", "It failed.", "on - it goes"], entries.Select(e => e.Message));
        Assert.Equal("2026-11-22T07:26:22.968000", entries[0].TimeText);
    }

    [Fact]
    public void Lines_that_follow_belong_to_their_entry_also_when_it_is_left_out()
    {
        var errors = Read(Log, 10, BotLogLevel.Error);
        var all = Read(Log, -1, BotLogLevel.Debug);

        Assert.Equal("System.IO.IOException: no room\n   at Writer.Write()", Assert.Single(errors).More);
        Assert.All(all.Where(e => e.Level != BotLogLevel.Error), e => Assert.Empty(e.More));
    }

    [Fact]
    public void The_number_of_a_worker_is_no_part_of_the_id() =>
        Assert.Equal(3, Read(Log, -1, BotLogLevel.Debug).Single(e => e.Level == BotLogLevel.Debug).Worker);

    [Fact]
    public void Only_the_last_entries_are_taken() =>
        Assert.Equal(["It failed.", "on - it goes"], Read(Log, 2, BotLogLevel.Info).Select(e => e.Message));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("no line of a log\n")]
    public void A_file_without_entries_has_none(string text) => Assert.Empty(Read(text, -1, BotLogLevel.Debug));

    [Fact]
    public void Lines_across_the_blocks_of_a_large_file_are_whole()
    {
        var lines = Enumerable.Range(0, 5_000).Select(i => $"2026-11-22 07:26:22,968 - out - INFO - line {i} {new string('ü', i % 90)}").ToList();

        var entries = Read(string.Join('\n', lines) + "\n", -1, BotLogLevel.Info);

        Assert.Equal(lines.Select(l => l.Split(" - ", 4)[3]), entries.Select(e => e.Message));
    }

    [Fact]
    public void Lines_of_a_syslog_daemon_are_dated_by_the_clock_and_those_of_others_are_left_out()
    {
        File.WriteAllText(_file, """
            Dec 31 23:59:59 host out: INFO last year
            Jan  2 03:04:05 host out.3: ERROR It failed.#012System.IO.IOException: no room#012   at Writer.Write()
            Jan 12 03:04:05 host cron[12]: ERROR of another program
            Jan 12 03:04:06 host other: ERROR of another bot

            """);

        var entries = BotLogReader.ReadLastOfSyslog(_file, "out", 10, BotLogLevel.Info, new DateTime(2026, 1, 12, 4, 0, 0));

        Assert.Equal(["2025-12-31T23:59:59", "2026-01-02T03:04:05"], entries.Select(e => e.TimeText));
        Assert.Equal((3, "It failed.", "System.IO.IOException: no room\n   at Writer.Write()"), (entries[1].Worker, entries[1].Message, entries[1].More));
    }
}
