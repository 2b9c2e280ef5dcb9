using System.Diagnostics;
using IntelMQ.Configuration;

namespace IntelMQ.Control.Hosting;

/// <summary>Finds the host of an installation, or starts it.</summary>
interface IHostGateway
{
    /// <summary>The running host; null when there is none.</summary>
    Task<IBotnetHost?> FindAsync(CancellationToken cancellationToken);

    /// <summary>Starts a host in the background; its bots are started by whoever asked for it.</summary>
    /// <exception cref="ControlException">It did not come up; the text says why.</exception>
    Task<IBotnetHost> StartAsync(CancellationToken cancellationToken);
}

/// <summary>The command by which this program can be started again.</summary>
/// <param name="File">The executable.</param>
/// <param name="Arguments">What comes before the program's own arguments.</param>
sealed record ProgramCommand(string File, IReadOnlyList<string> Arguments)
{
    /// <summary>The running program: its own executable, or <c>dotnet</c> with its assembly.</summary>
    public static ProgramCommand Own
    {
        get
        {
            var executable = Environment.ProcessPath ?? throw new ControlException("The path of the running program is not known, so that it cannot be started a second time.");
            return Path.GetFileNameWithoutExtension(executable) == "dotnet"
                ? new(executable, [Path.Combine(AppContext.BaseDirectory, "intelmqctl.dll")])
                : new(executable, []);
        }
    }
}

/// <summary>Hosts that listen on the socket of an installation.</summary>
/// <param name="paths">Of the installation.</param>
/// <param name="program">How a host is started; null for the running program.</param>
sealed class HostGateway(IntelMqPaths paths, ProgramCommand? program = null) : IHostGateway
{
    /// <summary>Starts the command in its place without terminal, input, or open files of the caller.</summary>
    const string DetachScript = "exec </dev/null >>\"$0\" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec \"$@\"";

    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    public async Task<IBotnetHost?> FindAsync(CancellationToken cancellationToken) => await HostClient.ConnectAsync(paths.HostSocket, cancellationToken);

    public async Task<IBotnetHost> StartAsync(CancellationToken cancellationToken)
    {
        using var process = Spawn();
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await FindAsync(cancellationToken) is { } host) return host;
            if (process.HasExited) throw new ControlException($"The host ended at once: {LastWords()}");
            if (Stopwatch.GetElapsedTime(begun) > StartLimit)
            {
                process.Kill();
                throw new ControlException($"The host did not come up within {StartLimit.TotalSeconds:0} s: {LastWords()}");
            }

            await Task.Delay(LookInterval, cancellationToken);
        }
    }

    /// <summary>
    /// What a process that runs for months wants from the runtime, and a command of a tenth of a second does not: compiled
    /// code that follows the profile, and a young generation large enough that messages die in it (it saves a third of the
    /// CPU time of a hop). Only variables can say the latter. A value that the caller has set stays.
    /// </summary>
    static readonly (string Name, string Value)[] LongLived = [("DOTNET_TieredPGO", "1"), ("DOTNET_GCgen0size", "0x4000000")];

    Process Spawn()
    {
        try
        {
            Directory.CreateDirectory(paths.LogDirectory);
            File.WriteAllText(paths.HostConsoleFile, "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlException($"The host cannot be started, since '{paths.HostConsoleFile}' cannot be written: {e.Message}", e);
        }

        var command = program ?? ProgramCommand.Own;
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = Environment.CurrentDirectory };
        foreach (var (name, value) in LongLived) start.Environment.TryAdd(name, value);
        foreach (var argument in (string[])["-c", DetachScript, paths.HostConsoleFile, command.File, .. command.Arguments, "host", "--background"])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    string LastWords()
    {
        var lines = File.ReadAllLines(paths.HostConsoleFile).Where(line => line.Length > 0).ToList();
        return lines.Count == 0 ? $"it said nothing in '{paths.HostConsoleFile}'." : string.Join('\n', lines.TakeLast(20));
    }
}
