namespace IntelMQ.Services;

/// <summary>The caches as one worker uses them: what it writes holds when its messages are committed. See docs/specs/002-cache.md.</summary>
public interface ICacheSession : IDisposable
{
    /// <summary>How much was written since the last completion: a place to go back to.</summary>
    int Mark();

    /// <summary>Makes what was written hold. To be called after the commit of the broker.</summary>
    /// <exception cref="IOException">It could not be written. The entries hold until the end of the process.</exception>
    void Complete();

    /// <summary>Undoes what was written, since the messages it was written for will be delivered again.</summary>
    void Abandon();

    /// <summary>Undoes what was written since a mark: one message of the batch failed.</summary>
    void AbandonSince(int mark);
}
