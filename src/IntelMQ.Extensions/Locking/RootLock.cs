namespace IntelMQ.Extensions;

/// <summary>Keeps two processes from changing one root at once. Readers need no lock: what they read is replaced at once.</summary>
internal sealed class RootLock : IDisposable
{
    const string FileName = ".changing";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    readonly FileStream _stream;

    RootLock(FileStream stream) => _stream = stream;

    /// <summary>Waits until nobody else changes the root.</summary>
    /// <exception cref="ExtensionException">Somebody else does so for more than a minute, or the root cannot be written.</exception>
    public static async Task<RootLock> TakeAsync(string root, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                Directory.CreateDirectory(root);
                return new RootLock(new FileStream(Path.Combine(root, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (UnauthorizedAccessException e)
            {
                throw new ExtensionException($"the directory for extension packages, {root}, cannot be written: {e.Message}", e);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (time.GetElapsedTime(started) > Patience) throw new ExtensionException($"{root} is being changed by another process, or cannot be written: {e.Message}", e);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    public void Dispose() => _stream.Dispose();
}
