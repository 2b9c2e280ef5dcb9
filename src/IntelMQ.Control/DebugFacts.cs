using IntelMQ.Configuration;

namespace IntelMQ.Control;

/// <summary>What <c>debug</c> shows: where things are, and what decided it.</summary>
static class DebugFacts
{
    static readonly string[] Variables = ["INTELMQ_ROOT_DIR", "INTELMQ_PATHS_NO_OPT", "INTELMQ_PATHS_OPT", "INTELMQ_MANAGER_CONTROLLER_CMD", "PATH"];

    /// <summary>Paths under the original's names. Directories end with a slash, as programs that read this expect.</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>> Paths(IntelMqPaths paths) =>
    [
        new("HARMONIZATION_CONF_FILE", paths.HarmonizationFile),
        new("RUNTIME_CONF_FILE", paths.RuntimeFile),
        new("VAR_RUN_PATH", paths.RunDirectory + "/"),
        new("STATE_FILE_PATH", paths.StateFile),
        new("DEFAULT_LOGGING_PATH", paths.LogDirectory + "/"),
        new("__file__", Environment.ProcessPath),
        new("CONFIG_DIR", paths.ConfigDirectory + "/"),
        new("ROOT_DIR", paths.Root.EndsWith('/') ? paths.Root : paths.Root + "/"),
    ];

    /// <summary>The variables; null where one is not set.</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>> EnvironmentVariables(IReadOnlyDictionary<string, string> environment) =>
        [.. Variables.Select(name => KeyValuePair.Create(name, environment.GetValueOrDefault(name)))];
}
