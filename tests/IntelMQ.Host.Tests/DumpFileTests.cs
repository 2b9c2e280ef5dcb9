using System.Globalization;
using System.Text;
using IntelMQ.Host.Dumps;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

public sealed class DumpFileTests
{
    readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("intelmq-dump-").FullName, "my-bot.dump");

    /// <summary>What a crash leaves of the second of two additions.</summary>
    public enum Crash
    {
        BeforeTheDumpIsTouched,
        AfterOneByte,
        InTheMiddle,
        BeforeTheAdditionIsDeleted,
        WhileTheAdditionIsWritten,
        AndTheDumpIsDeletedByHand,
    }

    [Theory]
    [InlineData(Crash.BeforeTheDumpIsTouched, "first second third")]
    [InlineData(Crash.AfterOneByte, "first second third")]
    [InlineData(Crash.InTheMiddle, "first second third")]
    [InlineData(Crash.BeforeTheAdditionIsDeleted, "first second third")]
    [InlineData(Crash.WhileTheAdditionIsWritten, "first third")]
    [InlineData(Crash.AndTheDumpIsDeletedByHand, "second third")]
    public async Task A_crash_leaves_a_dump_that_goes_on_with_every_message_once(Crash crash, string expected)
    {
        await AddAsync("first");
        var before = await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken);
        await AddAsync("second");
        var after = await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken);

        var offset = before.Length - "\n}".Length;
        var added = after[offset..];
        var header = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{offset} {added.Length} {before.Length}\n"));
        Leave(_path + ".addition", crash == Crash.WhileTheAdditionIsWritten ? [.. header, .. added[..10]] : [.. header, .. added]);
        Leave(_path, crash switch
        {
            Crash.AfterOneByte => [.. before[..offset], added[0], before[^1]],
            Crash.InTheMiddle => after[..(offset + (added.Length / 2))],
            Crash.BeforeTheAdditionIsDeleted => after,
            Crash.AndTheDumpIsDeletedByHand => null,
            _ => before,
        });
        await AddAsync("third");

        var entries = (OrderedDictionary<string, object?>)PythonJsonReader.Parse(await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken))!;
        Assert.Equal(expected, string.Join(' ', entries.Values.Select(entry => ((OrderedDictionary<string, object?>)entry!)["message"])));
        Assert.False(File.Exists(_path + ".addition"));
    }

    [Fact]
    public async Task A_bot_that_starts_finishes_what_a_crash_interrupted_so_that_readers_find_a_whole_file()
    {
        await AddAsync("first");
        var before = await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken);
        await AddAsync("second");
        var after = await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken);
        var offset = before.Length - "\n}".Length;
        var header = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{offset} {after.Length - offset} {before.Length}\n"));
        Leave(_path + ".addition", [.. header, .. after[offset..]]);
        Leave(_path, after[..(offset + 5)]);

        await new DumpFile(_path, "my-bot", TimeProvider.System).RepairAsync(TestContext.Current.CancellationToken);

        Assert.Equal(after, await File.ReadAllBytesAsync(_path, TestContext.Current.CancellationToken));
    }

    Task AddAsync(string message) =>
        new DumpFile(_path, "my-bot", TimeProvider.System).AppendAsync("my-bot-queue", Encoding.UTF8.GetBytes(message), new FormatException("bad"), TestContext.Current.CancellationToken);

    static void Leave(string path, byte[]? content)
    {
        if (content is null) File.Delete(path);
        else File.WriteAllBytes(path, content);
    }
}
