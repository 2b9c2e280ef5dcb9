using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace IntelMQ.TestServers;

/// <summary>
/// A RabbitMQ node of its own in a temporary directory, on ports of this machine, with a port mapper (epmd) of its own, so that
/// nodes of several test runs know nothing of each other. It takes some seconds to start: one is enough for an assembly.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    readonly int _mapperPort = LoopbackPort.Free();
    readonly int _distributionPort = LoopbackPort.Free();
    readonly List<string> _settings;
    Process? _mapper;
    Process? _process;
    Task<string>? _output;

    RabbitMqServer(string[] settings)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("imq-rabbit-").FullName;
        _settings =
        [
            string.Create(CultureInfo.InvariantCulture, $"listeners.tcp.1 = 127.0.0.1:{Port}"),
            "loopback_users = none", "log.console = true", "log.console.level = warning", "log.file = false", .. settings,
        ];
    }

    /// <summary>Why no server can be started here; null when one can.</summary>
    /// <remarks>CI installs one, so that a missing one is an error there.</remarks>
    public static string? Missing { get; } = FindProgram() is null && !IsCi ? "rabbitmq-server is not installed (Debian: apt-get install rabbitmq-server)." : null;

    static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    public string Directory { get; }

    public int Port { get; } = LoopbackPort.Free();

    public EndPoint EndPoint => new IPEndPoint(IPAddress.Loopback, Port);

    public int ProcessId => _process!.Id;

    /// <summary>Starts a server.</summary>
    /// <param name="settings">More lines of its <c>rabbitmq.conf</c>.</param>
    public static Task<RabbitMqServer> StartAsync(params string[] settings) => StartWithAsync([], settings);

    /// <summary>Starts a server with plugins of those that come along, such as <c>rabbitmq_stomp</c>.</summary>
    /// <param name="plugins">Their names.</param>
    /// <param name="settings">More lines of its <c>rabbitmq.conf</c>.</param>
    public static async Task<RabbitMqServer> StartWithAsync(string[] plugins, params string[] settings)
    {
        var server = new RabbitMqServer(settings);
        await server.PrepareAsync(plugins);
        await server.StartAgainAsync();
        return server;
    }

    async Task PrepareAsync(string[] plugins)
    {
        await File.WriteAllLinesAsync(InDirectory("rabbitmq.conf"), _settings);
        await File.WriteAllTextAsync(InDirectory("enabled_plugins"), $"[{string.Join(',', plugins)}].\n");
        await File.WriteAllTextAsync(InDirectory("empty.conf"), "");
        await File.WriteAllTextAsync(InDirectory(".erlang.cookie"), Guid.NewGuid().ToString("N"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(InDirectory(".erlang.cookie"), UnixFileMode.UserRead);
        // In the foreground, so that it can be ended by its id. A node would start one that outlives all.
        _mapper = Start("epmd", "-port", Text(_mapperPort), "-address", "127.0.0.1");
        await ConnectAsync(_mapperPort, _mapper);
    }

    /// <summary>Starts the server again on the data that it has left.</summary>
    public async Task StartAgainAsync()
    {
        _process = Start(FindProgram() ?? throw new InvalidOperationException("rabbitmq-server is not installed."));
        _output = _process.StandardOutput.ReadToEndAsync();
        await ConnectAsync(Port, _process);
    }

    Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Directory };
        foreach (var (name, value) in Variables()) start.Environment[name] = value;
        var process = Process.Start(start)!;
        // Nobody must wait for a full pipe.
        _ = process.StandardError.ReadToEndAsync();
        return process;
    }

    Dictionary<string, string> Variables() => new(StringComparer.Ordinal)
    {
        ["HOME"] = Directory,
        ["ERL_EPMD_PORT"] = Text(_mapperPort),
        ["RABBITMQ_NODENAME"] = "imq@localhost",
        ["RABBITMQ_DIST_PORT"] = Text(_distributionPort),
        ["RABBITMQ_CONF_ENV_FILE"] = InDirectory("empty.conf"),
        ["RABBITMQ_CONFIG_FILE"] = InDirectory("rabbitmq.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = InDirectory("enabled_plugins"),
        ["RABBITMQ_MNESIA_BASE"] = InDirectory("data"),
        ["RABBITMQ_LOG_BASE"] = InDirectory("log"),
        ["RABBITMQ_PID_FILE"] = InDirectory("pid"),
        ["RABBITMQ_LOGS"] = "-",
        // The script is then replaced by the virtual machine, so that the process that was started is the server.
        ["RABBITMQ_ALLOW_INPUT"] = "1",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-noinput -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
    };

    string InDirectory(string name) => Path.Combine(Directory, name);

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    async Task ConnectAsync(int port, Process process)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (TimeProvider.System.GetElapsedTime(begun) < StartLimit && !process.HasExited)
            {
                await Task.Delay(LookInterval, TimeProvider.System);
            }
            catch (SocketException e)
            {
                throw new InvalidOperationException($"{process.StartInfo.FileName} does not listen on port {port}: {(process.HasExited && _output is not null ? await _output : "it did not start in time")}", e);
            }
        }
    }

    /// <summary>Ends the server without warning.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Stops the server from working without ending it, as an overloaded machine would.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, Text(ProcessId)]);
        kill.WaitForExit();
    }

    // The wrapper that Debian puts into the path changes to a user of its own.
    static string? FindProgram()
    {
        const string installed = "/usr/lib/rabbitmq/lib";
        return System.IO.Directory.Exists(installed)
            ? System.IO.Directory.EnumerateDirectories(installed, "rabbitmq_server-*").Select(folder => Path.Combine(folder, "sbin", "rabbitmq-server")).FirstOrDefault(File.Exists)
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in (Process?[])[_process, _mapper])
        {
            if (process is null) continue;
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
