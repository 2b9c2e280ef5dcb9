using IntelMQ.Host.Running;

namespace IntelMQ.Host.Processes;

/// <summary>
/// Tells a bot in its own process what became of the messages it was given, so that its cache keeps to the rule that holds in
/// the host: what is remembered durably was passed on (docs/specs/002).
/// </summary>
sealed class IsolatedStep(BotProcess process) : IStepParticipant
{
    public int Mark() => process.SinceCommit;

    public void AbandonSince(int mark) => process.NoteForget(mark);

    public void Complete() => process.NoteCommitted();

    public void Close() => process.NoteForget(0);
}
