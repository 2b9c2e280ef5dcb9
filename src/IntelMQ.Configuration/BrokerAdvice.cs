using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration;

/// <summary>
/// Tells users of the original that an unwritten broker means the embedded one here: settings of a Redis server that
/// would have been used there have no effect.
/// </summary>
internal static class BrokerAdvice
{
    static readonly string[] Sides = ["source", "destination"];

    static readonly string[] ServerSettings = ["host", "port", "db", "password", "username", "socket_timeout", "ssl"];

    public static void Check(SourceMap root, SourceMap global, ProblemList problems)
    {
        foreach (var side in Sides)
        {
            var globalPath = ConfigurationPath.Root.Child(RuntimeConfiguration.GlobalKey);
            Check(side, global, globalPath, global, problems);
            foreach (var entry in root.Entries)
            {
                if (entry.Key != RuntimeConfiguration.GlobalKey && entry.Node.Value is SourceMap section && section.GetValueOrDefault("parameters") is SourceMap own)
                {
                    Check(side, own, ConfigurationPath.Root.Child(entry.Key).Child("parameters"), global, problems);
                }
            }
        }
    }

    static void Check(string side, SourceMap parameters, ConfigurationPath path, SourceMap global, ProblemList problems)
    {
        var broker = side + "_pipeline_broker";
        if (((string[])[broker, "pipeline_broker"]).Any(name => parameters.ContainsKey(name) || global.ContainsKey(name)))
        {
            return;
        }

        foreach (var setting in ServerSettings)
        {
            if (parameters.Find($"{side}_pipeline_{setting}") is { Node.Value: not null } entry)
            {
                problems.Add(Severity.Warning, entry.KeySpan, path.Child(entry.Key),
                    $"Has no effect: no {broker} is set, so the embedded broker carries the messages", $"{broker}: redis beside it to use a Redis server");
                return;
            }
        }
    }
}
