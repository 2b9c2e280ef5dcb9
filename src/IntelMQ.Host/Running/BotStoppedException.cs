namespace IntelMQ.Host.Running;

/// <summary>The bot ends; the reason is for the operator.</summary>
sealed class BotStoppedException(string reason, Exception? cause) : Exception(reason, cause);
