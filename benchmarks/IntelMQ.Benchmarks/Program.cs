using System.Globalization;
using IntelMQ.Benchmarks;

// IntelMQ.Benchmarks [w1|w2|w3|w4|floor|types|all] [--scale F] [--rounds N] [--directory DIR]
var what = args.FirstOrDefault(a => !a.StartsWith('-')) is { } first && !IsValueOfOption(first) ? first : "all";
var scale = Option("--scale") ?? "0.1";
var rounds = int.Parse(Option("--rounds") ?? "3", CultureInfo.InvariantCulture);
var directory = Path.GetFullPath(Option("--directory") ?? Path.Combine("var", "benchmarks"));

if (what is "types" or "all") TypeCosts.Print(Console.Out);
if (what == "types") return;

var workloads = await Workloads.PrepareAsync(directory, scale);
var runs = new Runs(workloads, Path.Combine(directory, "root"));
Console.WriteLine(Measurement.Header);
foreach (var (name, run) in runs.All.Where(r => what == "all" || r.Name.StartsWith(what, StringComparison.Ordinal)))
{
    // The first round also pays for start-up and compilation; each further one shows the steady state.
    for (var round = 1; round <= rounds; round++)
    {
        foreach (var measurement in await run())
            Console.WriteLine((measurement with { Workload = $"{name}{(measurement.Workload.Length > 0 ? " " + measurement.Workload : "")} #{round}" }).ToLine());
    }
}

string? Option(string option)
{
    var at = Array.IndexOf(args, option);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

bool IsValueOfOption(string argument)
{
    var at = Array.IndexOf(args, argument);
    return at > 0 && args[at - 1].StartsWith("--", StringComparison.Ordinal);
}
