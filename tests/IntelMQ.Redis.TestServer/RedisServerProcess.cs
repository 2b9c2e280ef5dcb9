using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IntelMQ.TestServers;

namespace IntelMQ.Redis.TestServer;

/// <summary>
/// A <c>redis-server</c> in a temporary directory, on a Unix socket and on request on a port of this machine. Keeps every
/// write safe against <c>kill -9</c> (append-only file, flushed before it answers).
/// </summary>
public sealed class RedisServerProcess : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(5);

    readonly string[] _arguments;
    Process? _process;

    RedisServerProcess(int port, string[] arguments)
    {
        Port = port;
        _arguments = arguments;
        Directory = System.IO.Directory.CreateTempSubdirectory("imq-redis-").FullName;
    }

    /// <summary>Why no server can be started here; null when one can.</summary>
    /// <remarks>CI installs one, so that a missing one is an error there.</remarks>
    public static string? Missing { get; } = FindProgram() is null && !IsCi ? "redis-server is not installed (Debian: apt-get install redis-server)." : null;

    static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    public string Directory { get; }

    public string SocketPath => Path.Combine(Directory, "redis.sock");

    public EndPoint EndPoint => new UnixDomainSocketEndPoint(SocketPath);

    /// <summary>The port without TLS; 0 for none.</summary>
    public int Port { get; }

    public RedisOptions Options => new() { Host = SocketPath, Database = 2 };

    public int ProcessId => _process!.Id;

    /// <summary>Starts a server.</summary>
    /// <param name="withPort">Also listen on a port of this machine.</param>
    /// <param name="arguments">More settings, each with two dashes before its name.</param>
    public static async Task<RedisServerProcess> StartAsync(bool withPort = false, params string[] arguments)
    {
        var server = new RedisServerProcess(withPort ? LoopbackPort.Free() : 0, arguments);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts the server again on the data that it has left.</summary>
    public async Task StartAgainAsync()
    {
        var program = FindProgram() ?? throw new InvalidOperationException("redis-server is not installed.");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, WorkingDirectory = Directory };
        string[] settings =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--unixsocket", SocketPath, "--dir", Directory,
            "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--databases", "16", .. _arguments,
        ];
        foreach (var setting in settings) start.ArgumentList.Add(setting);
        _process = Process.Start(start)!;
        _ = _process.StandardOutput.ReadToEndAsync();
        await ConnectAsync();
    }

    async Task ConnectAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
                return;
            }
            catch (SocketException) when (TimeProvider.System.GetElapsedTime(begun) < StartLimit && !_process!.HasExited)
            {
                await Task.Delay(LookInterval, TimeProvider.System);
            }
        }
    }

    /// <summary>Ends the server without warning.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        File.Delete(SocketPath);
    }

    /// <summary>Stops the server from working without ending it, as an overloaded machine would.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Runs one command on a connection of its own.</summary>
    public async Task<RedisReply> RunAsync(string name, params string[] arguments)
    {
        await using var connection = await RedisConnection.OpenAsync(Options, CancellationToken.None);
        return await connection.ExecuteAsync(name, arguments);
    }

    /// <summary>The elements of a list from left to right.</summary>
    public async Task<List<string>> ListAsync(string key) => [.. (await RunAsync("LRANGE", key, "0", "-1")).AsList().Select(item => item.AsText()!)];

    static string? FindProgram() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) _process.Kill();
        if (_process is not null) await _process.WaitForExitAsync();
        _process?.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
