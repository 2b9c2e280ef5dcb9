namespace IntelMQ.Brokers;

/// <summary>What a notice of a broker is about.</summary>
public enum BrokerNoticeKind
{
    /// <summary>An unfinished write at the end of a file was cut off; nothing that was confirmed is lost.</summary>
    TornTail,

    /// <summary>A power failure took the last moments before the last flush; the store goes on from before them.</summary>
    PowerLoss,

    /// <summary>Messages cannot be read. Their segment is set aside.</summary>
    DamagedLog,

    /// <summary>Part of the journal cannot be read: some messages may come twice, none is lost.</summary>
    DamagedJournal,

    /// <summary>The disk refused a flush. Written messages are safe unless the power fails before the next one.</summary>
    FlushFailed,

    /// <summary>The disk is nearly full: intake waits.</summary>
    LowSpace,

    /// <summary>There is room on the disk again.</summary>
    SpaceBack,

    /// <summary>Cleared messages were given up because the disk is nearly full.</summary>
    ClearedPurged,

    /// <summary>Housekeeping failed and is tried again.</summary>
    HousekeepingFailed,

    /// <summary>The server cannot be reached; senders and receivers wait.</summary>
    ServerLost,

    /// <summary>The server can be reached again.</summary>
    ServerBack,

    /// <summary>The server is short of memory: intake waits.</summary>
    ServerFull,

    /// <summary>The server has room again.</summary>
    ServerHasRoom,

    /// <summary>It was not to be found out whether the server had taken messages; they were sent again and may be there twice.</summary>
    PossibleDuplicates,

    /// <summary>Messages that were in hand are no longer in the server: somebody has removed them.</summary>
    MissingAcknowledgement,
}

/// <summary>Something in a broker that the log of the host and <c>intelmqctl check</c> should tell.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Message">A sentence for the operator.</param>
/// <param name="Queue">The queue it concerns, if one.</param>
/// <param name="File">The file it concerns, if one.</param>
/// <param name="Offset">Where in the file, in bytes.</param>
/// <param name="Messages">How many messages are concerned, where that is known.</param>
public sealed record BrokerNotice(
    BrokerNoticeKind Kind, string Message, string? Queue = null, string? File = null, long? Offset = null, long? Messages = null);
