using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>Reads files that must be small. Discovery reads hundreds, so each costs few calls into the system.</summary>
internal static class SmallFile
{
    /// <summary>Larger ones are refused unread.</summary>
    public const int MaximumBytes = 8 << 20;

    /// <summary>The content of a file.</summary>
    /// <exception cref="ExtensionException">It cannot be read or is too large.</exception>
    public static byte[] Read(string file)
    {
        try
        {
            return TryRead(file) ?? throw new ExtensionException([TooLarge(file)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExtensionException([new(BotLogLevel.Error, $"cannot be read: {e.Message}") { File = file }], e);
        }
    }

    internal static Problem TooLarge(string file) => new(BotLogLevel.Error, $"is larger than {MaximumBytes >> 20} MiB") { File = file };

    static byte[]? TryRead(string file)
    {
        // Files are replaced, never written in place: no lock is needed.
        using var handle = File.OpenHandle(file, share: FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(handle);
        if (length > MaximumBytes) return null;
        var bytes = new byte[length];
        var done = 0;
        while (done < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(done), done) is var read and > 0) done += read;
        return done == bytes.Length ? bytes : bytes[..done];
    }
}
