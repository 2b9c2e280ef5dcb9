using IntelMQ.Configuration.Upgrading;

namespace IntelMQ.Control.Upgrading;

/// <summary>What is asked of an upgrade of the configuration.</summary>
sealed record UpgradeRequest
{
    /// <summary>The version that the configuration is from; null for the one in the state file.</summary>
    public UpgradeVersion? Previous { get; init; }

    /// <summary>The only rule to run; null for all that are due.</summary>
    public UpgradeRule? Only { get; init; }

    /// <summary>Tells what would be done and writes nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Also runs what has run already.</summary>
    public bool IsForced { get; init; }

    /// <summary>Whether files stay beside their new content as <c>.bak</c>.</summary>
    public bool KeepsBackups { get; init; } = true;

    /// <summary>Another state file than that of the installation.</summary>
    public string? StateFile { get; init; }
}
