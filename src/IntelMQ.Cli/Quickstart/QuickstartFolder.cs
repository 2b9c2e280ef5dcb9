using System.IO.Compression;
using IntelMQ.Configuration;
using IntelMQ.Control;

namespace IntelMQ.Cli.Quickstart;

/// <summary>The directory of a quickstart: an installation of its own, with feeds to read.</summary>
sealed class QuickstartFolder
{
    const string Placeholder = "__DIRECTORY__";

    static readonly string Samples = Path.Combine(AppContext.BaseDirectory, "quickstart");

    QuickstartFolder(string directory) => Paths = IntelMqPaths.For(directory);

    public IntelMqPaths Paths { get; }

    /// <summary>Where events go.</summary>
    public string OutputFile => Path.Combine(Paths.StateDirectory, "file-output", "events.txt");

    /// <summary>Recorded answers of name servers.</summary>
    public string DnsFile => Path.Combine(Paths.Root, "feeds", "dns.json");

    /// <summary>What the HTTP collectors would fetch, by URL.</summary>
    public IReadOnlyDictionary<string, string> RecordedPages => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["https://feodotracker.abuse.ch/downloads/ipblocklist.json"] = Path.Combine(Paths.Root, "feeds", "ipblocklist.json"),
        ["https://www.spamhaus.org/drop/drop.txt"] = Path.Combine(Paths.Root, "feeds", "drop.txt"),
    };

    /// <summary>Makes the directory, or makes it ready for another run: all feeds are processed again. A configuration that was changed stays.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="remarks">Takes what the user should know.</param>
    /// <exception cref="ControlException">The directory cannot be written.</exception>
    public static QuickstartFolder SetUp(string directory, Action<string> remarks)
    {
        var folder = new QuickstartFolder(directory);
        try
        {
            folder.WriteConfiguration(remarks);
            folder.Unpack("ipblocklist.json", "feeds/ipblocklist.json");
            folder.Unpack("drop.txt", "feeds/drop.txt");
            folder.Unpack("urls.csv", "feeds/incoming/urls.csv");
            folder.Unpack("dns.json", "feeds/dns.json");
            folder.ForgetLastRun(remarks);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlException($"The directory '{folder.Paths.Root}' cannot be set up: {e.Message}", e);
        }
    }

    void WriteConfiguration(Action<string> remarks)
    {
        Directory.CreateDirectory(Paths.ConfigDirectory);
        var text = File.ReadAllText(Path.Combine(Samples, "runtime.yaml")).Replace(Placeholder, Paths.Root, StringComparison.Ordinal);
        if (!File.Exists(Paths.RuntimeFile)) File.WriteAllText(Paths.RuntimeFile, text);
        else if (File.ReadAllText(Paths.RuntimeFile) != text) remarks($"{Paths.RuntimeFile} was changed and stays as it is.");
    }

    void Unpack(string sample, string target)
    {
        var path = Path.Combine(Paths.Root, target);
        if (File.Exists(path)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var packed = new GZipStream(File.OpenRead(Path.Combine(Samples, sample + ".gz")), CompressionMode.Decompress);
        // Under another name first: a half-written feed must not be there after an interruption.
        using (var file = File.Create(path + ".unpacking")) packed.CopyTo(file);
        File.Move(path + ".unpacking", path);
    }

    void ForgetLastRun(Action<string> remarks)
    {
        var isAgain = File.Exists(OutputFile);
        foreach (var directory in (string[])[Paths.QueueDirectory, Paths.CacheDirectory])
        {
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(OutputFile)!);
        File.Delete(OutputFile);
        if (isAgain) remarks("Queues, remembered events and output of the last run were removed, so that everything is processed again.");
    }
}
