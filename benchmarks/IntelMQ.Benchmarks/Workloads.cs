using System.Diagnostics;
using System.Text.Json;

namespace IntelMQ.Benchmarks;

/// <summary>The generated inputs: the same bytes on every machine, with what must come of them.</summary>
sealed class Workloads(string directory, JsonElement manifest)
{
    public string Directory => directory;

    public long Number(string input, string name) => manifest.GetProperty(input).GetProperty(name).GetInt64();

    public string PathOf(string input) => Path.Combine(directory, manifest.GetProperty(input).GetProperty("file").GetString()!);

    /// <summary>Generates the inputs unless they are there at this scale.</summary>
    public static async Task<Workloads> PrepareAsync(string directory, string scale)
    {
        directory = Path.Combine(directory, "scale-" + scale);
        var manifest = Path.Combine(directory, "manifest.json");
        if (!File.Exists(manifest))
        {
            System.IO.Directory.CreateDirectory(directory);
            Console.Error.WriteLine($"Generating inputs at scale {scale} …");
            var generator = Path.Combine(AppContext.BaseDirectory, "workloads", "generate.py");
            using var python = Process.Start(new ProcessStartInfo("python3", [generator, directory, "--scale", scale]) { RedirectStandardOutput = true })
                ?? throw new InvalidOperationException("python3 could not be started; it is needed once to generate the inputs.");
            await python.StandardOutput.ReadToEndAsync();
            await python.WaitForExitAsync();
            if (python.ExitCode != 0) throw new InvalidOperationException($"The generator ended with exit code {python.ExitCode}.");
        }

        return new(directory, JsonDocument.Parse(await File.ReadAllTextAsync(manifest)).RootElement);
    }
}
