namespace IntelMQ.Extensions;

/// <summary>
/// Tells other processes that a version is in memory: a shared lock on a file beside its folder, which the system takes
/// back when the process ends, however it ends.
/// </summary>
internal sealed class VersionUse : IDisposable
{
    readonly FileStream _held;

    VersionUse(FileStream held) => _held = held;

    /// <summary>The file that stands for a version: <c>Awesome.Bots/.1.0.0.use</c> for <c>Awesome.Bots/1.0.0/</c>.</summary>
    public static string FileOf(string directory) => Path.Combine(Path.GetDirectoryName(directory)!, $".{Path.GetFileName(directory)}.use");

    /// <summary>Makes the file, so that those who may only read can take part.</summary>
    public static void Prepare(string directory)
    {
        using var file = File.Open(FileOf(directory), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    /// <summary>Uses a version until this is disposed.</summary>
    /// <returns>Null where there is no such file and none can be made: nobody removes versions there either.</returns>
    /// <exception cref="ExtensionException">The version is being removed.</exception>
    public static VersionUse? Take(string directory)
    {
        try
        {
            return new(File.Open(FileOf(directory), FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read));
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException e) when (RootLock.IsHeldByOthers(e))
        {
            throw new ExtensionException($"{directory} is being removed", e);
        }
        catch (IOException)
        {
            // A file system that cannot be written: the same as above.
            return null;
        }
    }

    /// <summary>Keeps everybody from using a version until this is disposed; null when somebody uses it.</summary>
    public static VersionUse? TryExclude(string directory)
    {
        try
        {
            return new(File.Open(FileOf(directory), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (RootLock.IsHeldByOthers(e))
        {
            return null;
        }
    }

    public void Dispose() => _held.Dispose();
}
