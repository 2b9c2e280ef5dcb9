using IntelMQ.Configuration;

namespace IntelMQ.Control.Hosting;

/// <summary>How much of its disk the store of the queues may take.</summary>
/// <param name="Size">Bytes of the file system.</param>
/// <param name="Free">Bytes of it that are free.</param>
sealed record QueueDisk(long Size, long Free)
{
    const int ShareOfDisk = 20;
    const long LeastQueueBytes = 64L << 20;
    const long MostQueueBytes = 8L << 30;
    const long MostFreeBytes = 256L << 20;

    /// <summary>The disk of an installation, also before its directories are made.</summary>
    /// <exception cref="IOException">The file system cannot be asked.</exception>
    public static QueueDisk Of(IntelMqPaths paths)
    {
        var directory = Path.GetFullPath(paths.QueueDirectory);
        while (!Directory.Exists(directory) && Path.GetDirectoryName(directory) is { } parent) directory = parent;
        var drive = new DriveInfo(directory);
        return new(drive.TotalSize, drive.AvailableFreeSpace);
    }

    /// <summary>Bytes that may wait in a queue for which nothing is configured: a share of the free space, within bounds.</summary>
    public long DefaultQueueBytes => Math.Clamp(Free / ShareOfDisk, LeastQueueBytes, MostQueueBytes);

    /// <summary>Bytes that stay free: what is configured, or a share of the disk; a small one would never be used otherwise.</summary>
    public long MinimumFree(BotSettings global) => global.QueueMinFreeBytes ?? Math.Min(Size / ShareOfDisk, MostFreeBytes);
}
