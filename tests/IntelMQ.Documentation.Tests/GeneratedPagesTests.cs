namespace IntelMQ.Documentation.Tests;

/// <summary>Pages in docs/user are made of the sources; whoever changes a bot makes them anew.</summary>
public sealed class GeneratedPagesTests
{
    const string Folder = "docs/user";

    static bool MakesAnew => Environment.GetEnvironmentVariable("INTELMQ_ACCEPT") == "1";

    [Fact]
    public void Pages_say_what_the_sources_say()
    {
        var pages = GeneratedPages.Make();
        if (MakesAnew) Write(pages);

        var there = Directory.EnumerateFiles(Repository.PathOf(Folder), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).ToHashSet(StringComparer.Ordinal);
        var wrong = pages.Where(page => !there.Contains(page.Key) || File.ReadAllText(Repository.PathOf(page.Key)) != page.Value).Select(page => page.Key)
            .Concat(there.Except(pages.Keys, StringComparer.Ordinal)).Order(StringComparer.Ordinal);

        Assert.True(!wrong.Any(), $"These pages are not as the sources say: INTELMQ_ACCEPT=1 dotnet run --project tests/IntelMQ.Documentation.Tests, then commit.\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public void What_a_bot_does_otherwise_says_whether_it_is_mended_or_new() =>
        Assert.Empty(DocumentedBot.All().SelectMany(bot => bot.Differences.Select(entry => $"{bot.Module}: {entry}")
            .Where(entry => !entry.Contains(": Fixed: ", StringComparison.Ordinal) && !entry.Contains(": More: ", StringComparison.Ordinal))));

    static void Write(IReadOnlyDictionary<string, string> pages)
    {
        var folder = Repository.PathOf(Folder);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        foreach (var (path, text) in pages)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Repository.PathOf(path))!);
            File.WriteAllText(Repository.PathOf(path), text);
        }
    }
}
