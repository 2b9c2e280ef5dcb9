namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>Tells whether a condition holds.</summary>
delegate bool Test(SieveRun run);

/// <summary>Does what a statement says.</summary>
delegate Flow Step(SieveRun run);

/// <summary>How it goes on after a statement.</summary>
enum Flow
{
    /// <summary>With the next statement.</summary>
    Next,

    /// <summary>Not at all: the message is passed on.</summary>
    Keep,

    /// <summary>Not at all: the message is gone.</summary>
    Drop,
}

/// <summary>Rules that are ready to be applied. May be used by several threads, each with a <see cref="SieveRun"/> of its own.</summary>
/// <param name="steps">The statements.</param>
/// <param name="variables">How many variables they use.</param>
sealed class SieveProgram(Step[] steps, int variables)
{
    public int Count => steps.Length;

    public SieveRun NewRun(TimeProvider time, IBotLog log) => new(variables, time, log);

    /// <summary>Applies the rules to a message, which they may change.</summary>
    /// <returns>Whether the message is to be passed on.</returns>
    /// <exception cref="InvalidMessageException">A rule cannot be applied to this message.</exception>
    public bool Apply(Message message, SieveRun run)
    {
        run.Begin(message);
        return RunAll(steps, run) != Flow.Drop;
    }

    public static Flow RunAll(Step[] steps, SieveRun run)
    {
        foreach (var step in steps)
            if (step(run) is not Flow.Next and var end)
                return end;
        return Flow.Next;
    }
}
