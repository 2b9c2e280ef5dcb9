using IntelMQ.Sdk;

namespace IntelMQ.Control;

/// <summary>Takes what a use case tells while it works; what it found is its result.</summary>
interface IControlOutput
{
    /// <param name="level">From WARNING on something is not as wanted.</param>
    /// <param name="text">One line in the words of the original.</param>
    /// <param name="good">The line says that all is well; a terminal may show it in green.</param>
    void Say(BotLogLevel level, string text, bool good = false);
}

/// <summary>For callers that only want the result.</summary>
sealed class SilentOutput : IControlOutput
{
    public static SilentOutput Instance { get; } = new();

    public void Say(BotLogLevel level, string text, bool good = false)
    {
    }
}

/// <summary>A use case cannot go on; the text is for whoever asked for it.</summary>
class ControlException(string message, Exception? inner = null) : Exception(message, inner);
