using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace IntelMQ.Faults.Tests;

/// <summary>A running <c>intelmqctl host</c>: the real program in a process of its own.</summary>
sealed class Host : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    readonly Process _process;
    readonly ConcurrentQueue<string> _lines = new();
    readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Task _reading;

    Host(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>Starts it and returns when its store is open and its bots begin.</summary>
    public static async Task<Host> StartAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var host = new Host(Process.Start(start)!);
        if (await Task.WhenAny(host._up.Task, host._reading, Task.Delay(StartLimit)) != host._up.Task)
            Assert.Fail($"The host did not come up:\n{host.Said}");
        return host;
    }

    async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            _lines.Enqueue(line);
            if (line.Contains(" is up with ", StringComparison.Ordinal)) _up.TrySetResult();
        }
    }

    public int Id => _process.Id;

    public bool IsAlive => !_process.HasExited;

    /// <summary>Everything on its standard output and error.</summary>
    public string Said => string.Join('\n', _lines);

    /// <summary>Most bytes of physical memory that the process has had so far.</summary>
    public long PeakMemory
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line["VmHWM:".Length..^" kB".Length].Trim(), CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, as a service manager does.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(StartLimit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (IsAlive) await KillAsync();
        await _reading;
        _process.Dispose();
    }
}
