namespace IntelMQ.Sdk;

/// <summary>
/// Options that can say more about themselves than their types do. <c>intelmqctl check</c> asks them without starting
/// the bot, and the host asks them before it creates one, so that a bot need not; no network, no side effects.
/// </summary>
public interface ICheckable
{
    /// <summary>All problems at once.</summary>
    IEnumerable<CheckResult> Check();
}

/// <summary>One line of <c>intelmqctl check</c>.</summary>
/// <param name="Level">An error keeps the bot from starting; anything else goes to its log.</param>
/// <param name="Message">What is wrong and what was expected.</param>
/// <param name="Parameter">The parameter it is about, if it is about one.</param>
public sealed record CheckResult(BotLogLevel Level, string Message, string? Parameter = null)
{
    /// <summary>The message, with the name of the parameter before it where it does not begin with that.</summary>
    public string Describe() => Parameter is null || Message.StartsWith(Parameter, StringComparison.Ordinal) ? Message : $"{Parameter}: {Message}";
}
