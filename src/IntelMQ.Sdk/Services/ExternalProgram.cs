using System.Diagnostics;

namespace IntelMQ.Sdk;

/// <summary>A program of the system that a bot runs, such as <c>rsync</c> or <c>gpg</c>. No shell is between: arguments are what the program gets.</summary>
public sealed record ExternalProgram
{
    /// <summary>Its name, found on the path, or its place.</summary>
    public required string FileName { get; init; }

    /// <summary>What it is told, one by one.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables of the environment to set beside those of the host; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>What it reads from its standard input.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>How long it may run; then it is killed with all it has started.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="ConfigurationException">It is not installed or may not be run.</exception>
    /// <exception cref="TransientException">It has not ended in time.</exception>
    public async Task<ProgramResult> RunAsync(CancellationToken cancellationToken)
    {
        using var process = Start();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(Timeout);
        try
        {
            var output = ReadAsync(process.StandardOutput.BaseStream, end.Token);
            var errors = ReadAsync(process.StandardError.BaseStream, end.Token);
            await FeedAsync(process, end.Token);
            await process.WaitForExitAsync(end.Token);
            return new ProgramResult(process.ExitCode, await output, Utf8Text.DecodeLenient(await errors).Trim());
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            if (cancellationToken.IsCancellationRequested) throw;
            throw new TransientException($"{FileName} has not ended within {Timeout.TotalSeconds:0.#} s.", inner: e);
        }
    }

    Process Start()
    {
        var start = new ProcessStartInfo(FileName, Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ConfigurationException($"The program {FileName} cannot be started: {e.Message} Is it installed?", e);
        }
    }

    async Task FeedAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It does not read (all of) its input; its exit code says whether that is an error.
        }
    }

    static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }
}

/// <summary>How a program has ended.</summary>
/// <param name="ExitCode">0 when all went well.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Errors">What it wrote to its standard error, as text.</param>
public sealed record ProgramResult(int ExitCode, byte[] Output, string Errors)
{
    /// <summary>The output as text.</summary>
    public string Text => Utf8Text.DecodeLenient(Output);
}
