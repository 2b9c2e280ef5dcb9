using System.Diagnostics;
using System.Net.Sockets;

namespace IntelMQ.Bots.Collectors.Api;

/// <summary>A socket in the file system, with its mode and group.</summary>
static class UnixSocket
{
    /// <summary>Listens on it; one that a killed process left behind is replaced.</summary>
    /// <exception cref="ConfigurationException">It cannot be made, or does not get its mode or group.</exception>
    public static Socket Listen(string path, string mode, string group)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Only a socket is replaced, and only when nobody answers on it.
            if (System.IO.File.Exists(path) && IsAbandoned(path)) System.IO.File.Delete(path);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows()) System.IO.File.SetUnixFileMode(path, ParseMode(mode)!.Value);
            if (group.Length > 0) ChangeGroup(path, group);
            socket.Listen();
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new ConfigurationException($"The collector cannot listen on the socket '{path}': {e.Message}", e);
        }
    }

    /// <summary>Reads octal digits; null when they are none.</summary>
    public static UnixFileMode? ParseMode(string text) =>
        text.Length is > 0 and <= 4 && text.All(c => c is >= '0' and <= '7') ? (UnixFileMode)Convert.ToInt32(text, 8) : null;

    static bool IsAbandoned(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException e)
        {
            // Any other file answers with something else than this.
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    // .NET has no call for this.
    static void ChangeGroup(string path, string group)
    {
        using var program = Process.Start(new ProcessStartInfo("chgrp", ["--", group, path]) { RedirectStandardError = true }) ?? throw new IOException("chgrp does not start.");
        var errors = program.StandardError.ReadToEnd();
        program.WaitForExit();
        if (program.ExitCode != 0) throw new IOException($"socket_group: {errors.Trim()}");
    }
}
