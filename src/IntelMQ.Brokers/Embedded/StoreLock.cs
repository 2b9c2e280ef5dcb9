using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// One process at a time writes to a store. The lock is the operating system's and ends with the process, however that ends;
/// a second file says who holds it.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    readonly SafeFileHandle _handle;
    readonly string _owner;

    StoreLock(SafeFileHandle handle, string owner)
    {
        _handle = handle;
        _owner = owner;
    }

    /// <exception cref="BrokerException">Another process has the store; the message names it.</exception>
    public static StoreLock Take(string directory)
    {
        var owner = OwnerPath(directory);
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(
                Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new BrokerException(
                $"The store {directory} is in use by {Owner(directory) ?? "another process"}. Stop that first, or choose another directory.",
                exception);
        }

        using var process = Process.GetCurrentProcess();
        var started = process.StartTime.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);
        File.WriteAllText(owner, $"process {process.Id} ({process.ProcessName}, started {started})\n", Encoding.UTF8);
        return new StoreLock(handle, owner);
    }

    /// <summary>Who has, or last had, the store; null if it was closed properly.</summary>
    public static string? Owner(string directory)
    {
        try
        {
            return File.ReadAllText(OwnerPath(directory)).Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        File.Delete(_owner);
        _handle.Dispose();
    }

    static string OwnerPath(string directory) => Path.Combine(directory, "owner");
}
