namespace IntelMQ.Extensions;

/// <summary>Keeps two processes from changing one root at once. Readers need no lock: what they read is replaced at once.</summary>
internal sealed class RootLock : IDisposable
{
    const string FileName = ".changing";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    readonly FileStream _stream;

    RootLock(FileStream stream) => _stream = stream;

    /// <summary>Waits until nobody else changes the root, and then changes it.</summary>
    /// <exception cref="ExtensionException">Somebody else does so for more than a minute, or the disk refuses something.</exception>
    public static Task<T> ChangeAsync<T>(string root, TimeProvider time, Func<Task<T>> change, CancellationToken cancellationToken) =>
        DiskErrors.ExplainAsync($"{root} cannot be changed", async () =>
        {
            Directory.CreateDirectory(root);
            using var held = await TakeAsync(root, time, cancellationToken);
            return await change();
        });

    static async Task<RootLock> TakeAsync(string root, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new RootLock(new FileStream(Path.Combine(root, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException e) when (IsHeldByOthers(e) && time.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    // EWOULDBLOCK on Linux and on macOS, ERROR_SHARING_VIOLATION on Windows.
    internal static bool IsHeldByOthers(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    public void Dispose() => _stream.Dispose();
}
