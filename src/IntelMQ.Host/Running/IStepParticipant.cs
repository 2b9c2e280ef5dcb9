namespace IntelMQ.Host.Running;

/// <summary>Something whose changes hold only if the step they were made in is committed.</summary>
interface IStepParticipant
{
    /// <summary>A place to go back to.</summary>
    int Mark();

    /// <summary>Undoes what was changed since a mark: the message that it was done for failed.</summary>
    void AbandonSince(int mark);

    /// <summary>The step is committed.</summary>
    void Complete();

    /// <summary>
    /// The worker ends: what is not complete is undone, and nothing more is taken. A bot that was given up and goes on all
    /// the same must leave no trace, or its message, delivered to another, would be taken for one that was seen before.
    /// </summary>
    void Close();
}
