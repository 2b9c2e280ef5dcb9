using IntelMQ.Host.Running;

namespace IntelMQ.Control.Botnets;

/// <summary>The original's four words for how a bot is.</summary>
enum BotWord
{
    Running,
    Stopped,
    Disabled,
    Unknown,
}

static class BotWords
{
    extension(BotWord word)
    {
        /// <summary>As in JSON.</summary>
        public string Text => word switch
        {
            BotWord.Running => "running",
            BotWord.Stopped => "stopped",
            BotWord.Disabled => "disabled",
            _ => "unknown",
        };
    }

    /// <summary>The word for a state. A bot that waits for its next start after a crash is not running; what is said beside it tells more.</summary>
    /// <param name="state">Null when no host runs or it does not know the bot.</param>
    /// <param name="enabled">As the configuration has it now.</param>
    public static BotWord Of(BotState? state, bool enabled) => state switch
    {
        BotState.Running or BotState.Starting or BotState.Stopping => BotWord.Running,
        _ => enabled ? BotWord.Stopped : BotWord.Disabled,
    };
}
