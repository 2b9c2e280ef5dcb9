namespace IntelMQ.Sdk;

/// <summary>
/// A bot with something to do that a person starts, beside what it does with messages: <c>intelmqctl cli BOT-ID</c>. The
/// bot is created for it with its parameters, but not started; the same bot may run in the host at the same time.
/// </summary>
public interface IBotCli
{
    /// <summary>Does it.</summary>
    /// <param name="arguments">What stands behind the id of the bot.</param>
    /// <param name="terminal">Where the person is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether all went well.</returns>
    /// <exception cref="ConfigurationException">An argument or a parameter is wrong.</exception>
    /// <exception cref="TransientException">A server does not answer now.</exception>
    Task<bool> RunCliAsync(IReadOnlyList<string> arguments, IBotTerminal terminal, CancellationToken cancellationToken);
}

/// <summary>The person who has called <see cref="IBotCli"/>.</summary>
public interface IBotTerminal
{
    /// <summary>Shows a line.</summary>
    void WriteLine(string line);

    /// <summary>Asks for a line.</summary>
    /// <returns>It, without its end; null when there is nobody to answer.</returns>
    ValueTask<string?> AskAsync(string question, CancellationToken cancellationToken);
}
