using System.Reflection;
using IntelMQ.Bots.Outputs.Blackhole;
using IntelMQ.Sdk.Testing;

namespace IntelMQ.Conformance.Bots;

/// <summary>The bots that recordings are run against.</summary>
static class BuiltInBots
{
    static readonly HashSet<string> Modules = [.. BotConformance.BotsOf(Assembly)];

    public static Assembly Assembly => typeof(BlackholeOutput).Assembly;

    public static bool Has(string module) => Modules.Contains(module);

    public static string WhyMissing(string module) => $"there is no bot '{module}' in {Assembly.GetName().Name}";
}
