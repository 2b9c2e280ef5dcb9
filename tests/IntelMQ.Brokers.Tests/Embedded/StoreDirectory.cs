namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>A directory for one test's store, removed with it.</summary>
internal sealed class StoreDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("intelmq-store-").FullName;

    public IEnumerable<string> Logs => Directory.EnumerateFiles(System.IO.Path.Combine(Path, "queues"), "*.log", SearchOption.AllDirectories);

    public IEnumerable<string> Journals => Directory.EnumerateFiles(Path, "journal-*");

    public IEnumerable<string> SetAside => Directory.EnumerateFiles(System.IO.Path.Combine(Path, "set-aside"));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
