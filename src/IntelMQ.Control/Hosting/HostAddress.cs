using System.Net.Sockets;
using System.Text;

namespace IntelMQ.Control.Hosting;

/// <summary>
/// The address of a socket file. The operating system takes only 107 bytes of path: a longer one is reached through an
/// open descriptor of its directory.
/// </summary>
sealed class HostAddress : IDisposable
{
    const int MostBytes = 107;

    int _directory = -1;

    /// <exception cref="SocketException">The directory of a long path cannot be opened.</exception>
    public HostAddress(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) <= MostBytes)
        {
            EndPoint = new UnixDomainSocketEndPoint(path);
            return;
        }

        _directory = Posix.Open(Path.GetDirectoryName(path)!, Posix.OpenPath | Posix.OpenDirectory | Posix.CloseOnExec);
        if (_directory < 0) throw new SocketException((int)SocketError.AddressNotAvailable);
        EndPoint = new UnixDomainSocketEndPoint($"/proc/self/fd/{_directory}/{Path.GetFileName(path)}");
    }

    public UnixDomainSocketEndPoint EndPoint { get; }

    public void Dispose()
    {
        if (_directory >= 0) _ = Posix.Close(_directory);
        _directory = -1;
    }
}
