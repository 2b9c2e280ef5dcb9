using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>What the host does about an exception of a bot.</summary>
enum Remedy
{
    /// <summary>Wait, then try the same message again.</summary>
    Retry,

    /// <summary>Set the message aside in the dump file and go on.</summary>
    Dump,

    /// <summary>Stop the bot; the message stays in its queue.</summary>
    Stop,
}

/// <param name="Remedy">What to do.</param>
/// <param name="Delay">How long to wait before a retry.</param>
/// <param name="Text">The line for the log, as the original words it.</param>
readonly record struct Judgement(Remedy Remedy, TimeSpan Delay, string Text);

/// <summary>Exceptions are named for what the host must do (S10); everything else is retried as often as configured.</summary>
static class FailureRules
{
    /// <param name="error">What left the bot.</param>
    /// <param name="failures">How often this message has failed, this time included.</param>
    /// <param name="settings">The bot's settings.</param>
    public static Judgement Judge(Exception error, int failures, BotSettings settings) => error switch
    {
        ConfigurationException => new(Remedy.Stop, default, "Bot has found a problem."),
        OutOfMemoryException => new(Remedy.Stop, default, $"Out of memory. Exit immediately. Reason: {error.Message}"),
        InvalidValueException => new(Remedy.Dump, default, "Found an invalid value that violates the harmonization rules."),
        InvalidMessageException => new(Remedy.Dump, default, "Could not decode message from pipeline. No retries useful."),
        // A timer starts a scheduled bot again: it is not to wait for ever, and what it could not do is to be seen.
        TransientException or BrokerException when settings.RunMode == RunMode.Scheduled && failures > settings.ErrorMaxRetries => new(Remedy.Stop, default, "Something that the bot needs does not answer."),
        TransientException transient => new(Remedy.Retry, transient.RetryAfter ?? settings.ErrorRetryDelay, "Something that the bot needs does not answer."),
        BrokerException => new(Remedy.Retry, settings.ErrorRetryDelay, "Pipeline failed."),
        _ when failures > settings.ErrorMaxRetries => new(Remedy.Dump, default, "Bot has found a problem."),
        _ => new(Remedy.Retry, settings.ErrorRetryDelay, "Bot has found a problem."),
    };
}
