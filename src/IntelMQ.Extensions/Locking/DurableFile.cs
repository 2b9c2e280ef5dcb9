using System.ComponentModel;
using System.Runtime.InteropServices;

namespace IntelMQ.Extensions;

/// <summary>Writes that are complete or have not happened, also after a power failure.</summary>
internal static partial class DurableFile
{
    /// <summary>Replaces a file: the new content goes to a file beside it, to the disk, and then under its name.</summary>
    public static void Replace(string file, ReadOnlySpan<byte> content)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var beside = Path.Combine(directory, $".{Path.GetFileName(file)}.{Guid.NewGuid():n}");
        try
        {
            using (var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, file, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }

        FlushDirectory(directory);
    }

    /// <summary>Makes the names in a directory safe. Windows does so by itself.</summary>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(directory, 0);
        if (descriptor < 0) throw Failed(directory);
        var synced = Fsync(descriptor);
        var error = synced == 0 ? null : Failed(directory);
        _ = Close(descriptor);
        if (error is not null) throw error;
    }

    static IOException Failed(string directory) =>
        new($"cannot flush '{directory}' to disk: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Close(int descriptor);
}
