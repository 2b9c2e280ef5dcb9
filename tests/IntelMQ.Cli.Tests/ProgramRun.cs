using System.Diagnostics;
using System.Reflection;

namespace IntelMQ.Cli.Tests;

/// <summary>What a call of the program printed, and its exit code.</summary>
sealed record ProgramRun(int ExitCode, string Out, string Error)
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>The program as it was built.</summary>
    public static string Program { get; } =
        typeof(ProgramRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Intelmqctl").Value!;

    public string[] OutLines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs the program in pipes.</summary>
    public static Task<ProgramRun> OfAsync(string directory, params string[] arguments) => OfAsync(directory, Program, arguments);

    /// <summary>Runs the program in a pseudo-terminal of util-linux; both streams come as one.</summary>
    public static Task<ProgramRun> InTerminalAsync(string directory, string arguments) =>
        OfAsync(directory, "script", "--quiet", "--return", "--command", $"'{Program}' {arguments}", "/dev/null");

    static async Task<ProgramRun> OfAsync(string directory, string file, params string[] arguments)
    {
        using var process = Start(directory, file, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Limit);
        // A host in the background must not hold the pipes of its caller, or this would wait for it.
        return new ProgramRun(process.ExitCode, await output.WaitAsync(Limit), await error.WaitAsync(Limit));
    }

    /// <summary>Starts the program and leaves it running.</summary>
    public static Process Start(string directory, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        start.Environment["INTELMQ_ROOT_DIR"] = directory;
        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("NO_COLOR");
        return Process.Start(start)!;
    }
}
