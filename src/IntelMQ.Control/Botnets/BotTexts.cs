namespace IntelMQ.Control.Botnets;

/// <summary>What is said about bots, in the original's words, since scripts read them. The whole botnet and groups stand in the place of an id.</summary>
static class BotTexts
{
    public const string Botnet = "Botnet";

    public static string Starting(string id) => $"Starting {id}...";

    public static string Running(string id) => $"Bot {id} is running.";

    public static string Stopped(string id) => $"Bot {id} is stopped.";

    public static string Stopping(string id) => $"Stopping bot {id}...";

    public static string Reloading(string id) => $"Reloading bot {id} ...";

    public static string Reloaded(string id) => $"Bot {id} is reloaded.";

    public static string Restarting(string id) => $"Restarting {id}...";

    public static string Enabling(string id) => $"Enabling {id}.";

    public static string Disabling(string id) => $"Disabling {id}.";

    public static string Enabled(string id) => $"Bot {id} is enabled.";

    public static string Disabled(string id) => $"Bot {id} is disabled.";

    public static string StillRunning(string id) => $"Bot {id} is still running.";

    public static string NotRunning(string id) => $"Bot {id} was NOT RUNNING.";
}
