using IntelMQ.Host.Running;
using IntelMQ.Services;

namespace IntelMQ.Control.Hosting;

/// <summary>A session of the store that bots remember things in, completed with each step of its bot.</summary>
sealed class CacheStep(ICacheSession session) : IStepParticipant
{
    public int Mark() => session.Mark();

    public void AbandonSince(int mark) => session.AbandonSince(mark);

    public void Complete() => session.Complete();

    public void Close() => session.Dispose();
}
