namespace IntelMQ.Sdk;

/// <summary>The bot cannot run as it is configured: the host stops it and shows the text in <c>status</c>. The message stays in its queue.</summary>
public class ConfigurationException : Exception
{
    /// <summary>Says which parameter is wrong and what was expected.</summary>
    public ConfigurationException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>Something outside does not answer now: the host waits and tries the same message again, as long as it takes.</summary>
public class TransientException : Exception
{
    /// <summary>Says what does not answer.</summary>
    /// <param name="message">A sentence.</param>
    /// <param name="retryAfter">When to try again; null means after <c>error_retry_delay</c>.</param>
    /// <param name="inner">The cause.</param>
    public TransientException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : base(message, inner) => RetryAfter = retryAfter;

    /// <summary>When to try again; null means after <c>error_retry_delay</c>.</summary>
    public TimeSpan? RetryAfter { get; }
}
