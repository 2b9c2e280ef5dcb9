using IntelMQ.Configuration;

namespace IntelMQ.Control.Tests;

/// <summary>An installation of its own in a new directory.</summary>
sealed class TemporaryInstallation : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("intelmq-control-").FullName;

    public TemporaryInstallation(string runtime)
    {
        Directory.CreateDirectory(Paths.ConfigDirectory);
        WriteRuntime(runtime);
    }

    public IntelMqPaths Paths => IntelMqPaths.For(_directory);

    public Installation Installation => new(Paths, new Dictionary<string, string>());

    public RuntimeConfiguration Configuration => Installation.LoadConfiguration();

    public string File(string name) => Path.Combine(_directory, name);

    public void WriteRuntime(string runtime) => System.IO.File.WriteAllText(Paths.RuntimeFile, runtime.Replace("__DIRECTORY__", _directory, StringComparison.Ordinal));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
