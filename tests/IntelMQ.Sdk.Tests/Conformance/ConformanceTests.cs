namespace IntelMQ.Sdk.Tests.Conformance;

/// <summary>Runs recorded calls of the original. They lie beside the repository, not in it.</summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Files => [.. VectorFiles.Checks.Keys];

    // Where we differ on purpose, or the recording does not say enough: how many lines, and why.
    static readonly Dictionary<string, (int Lines, string Reason)> Known = new()
    {
        ["event-forms"] = (1, "writing it hierarchically changes the nested values of the original's message itself, which its next forms show"),
        ["harmonization-DateTime"] = (2, "two-digit years were completed from the year in which the recording was made, not from its clock"),
        ["harmonization-DateTime-methods"] = (1, "an empty format is an error for the function, but means fuzzy as a parameter"),
        ["harmonization-FQDN"] = (1, "the order of the members of a map is not recorded"),
        ["harmonization-String"] = (1, "the order of the members of a map is not recorded"),
        ["harmonization-methods"] = (1, "an address with a null character is no address, not an error"),
        ["message-add"] = (9, "five set __type, which is no field here; two texts are cut in the recording; one map without order; bytes are valid raw data"),
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Recorded_calls_give_the_same_results(string file)
    {
        var (total, differences) = VectorFiles.Compare(Folder(), file);

        var known = Known.TryGetValue(file, out var entry) ? entry.Lines : 0;
        Assert.True(differences.Count <= known, $"{file}: {differences.Count} of {total} lines differ, {known} are known to:\n{string.Join('\n', differences.Take(20))}");
        Assert.True(differences.Count == known, $"{file}: only {differences.Count} lines differ; the {known} known ones are too many.");
    }

    static string Folder()
    {
        var given = Environment.GetEnvironmentVariable("INTELMQ_CONFORMANCE");
        var folder = Path.Combine(given ?? Path.Combine(RepositoryRoot(), "..", "shared", "conformance"), "lib");
        if (Directory.Exists(folder)) return folder;

        var reason = $"The recorded calls are not in {Path.GetFullPath(folder)}; the environment variable INTELMQ_CONFORMANCE says where they are.";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        Assert.Skip(reason);
        return folder;
    }

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "IntelMQ.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
