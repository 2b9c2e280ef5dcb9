namespace IntelMQ.Services.Tests;

/// <summary>A directory that is gone when the test ends.</summary>
sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("intelmq-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
