using System.Reflection;
using IntelMQ.Sdk.Testing;

namespace IntelMQ.Conformance.Bots;

/// <summary>The bots that recordings are run against: those of all packages that come with IntelMQ.</summary>
static class BuiltInBots
{
    static readonly Dictionary<string, Assembly> ByModule =
        (from file in Directory.EnumerateFiles(AppContext.BaseDirectory, "IntelMQ.Bots*.dll")
         let assembly = Assembly.Load(Path.GetFileNameWithoutExtension(file))
         from module in BotConformance.BotsOf(assembly)
         select (module, assembly)).ToDictionary(StringComparer.Ordinal);

    public static bool Has(string module) => ByModule.ContainsKey(module);

    public static string WhyMissing(string module) => $"there is no bot '{module}'";

    /// <summary>
    /// A bot without those of the parameters that it does not have: the original passes them over, while here they are told.
    /// What the bot does without them has to be the same.
    /// </summary>
    public static BotHarness Harness(string module, IReadOnlyDictionary<string, object?> parameters, params object[] services)
    {
        var problems = BotHarness.ForModule(ByModule[module], module, parameters, services).Check();
        var unknown = problems.Where(problem => problem.Message.StartsWith($"is no parameter of {module};", StringComparison.Ordinal)).Select(static problem => problem.Parameter).ToHashSet();
        return BotHarness.ForModule(ByModule[module], module, parameters.Where(p => !unknown.Contains(p.Key)).ToDictionary(StringComparer.Ordinal), services);
    }
}
