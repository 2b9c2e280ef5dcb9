namespace IntelMQ.Extensions;

/// <summary>What to install.</summary>
internal sealed record InstallRequest
{
    /// <summary>The extension directory to install into.</summary>
    public required string Root { get; init; }

    /// <summary>The id of the package; may be left out where the source is one file.</summary>
    public string? Id { get; init; }

    /// <summary>Exactly this version; without it the highest stable one that works here, or the highest at all if none is stable.</summary>
    public SemanticVersion? Version { get; init; }

    /// <summary>Takes the package also when it offers bots that another one offers; those are used from neither until one is preferred.</summary>
    public bool AllowConflict { get; init; }
}

/// <summary>Where an installation is.</summary>
internal enum InstallStage
{
    Looking,
    Downloading,
    Checking,
    Unpacking,
    Done,
}

/// <summary>How far an installation is.</summary>
/// <param name="Package">Id, and version as soon as it is known.</param>
/// <param name="Stage">What is being done.</param>
/// <param name="Bytes">Downloaded by now.</param>
/// <param name="TotalBytes">To download, if the source says so.</param>
internal sealed record InstallProgress(string Package, InstallStage Stage, long Bytes = 0, long? TotalBytes = null);

/// <summary>What an installation did.</summary>
internal sealed record InstallReport
{
    public required string Id { get; init; }

    public required SemanticVersion Version { get; init; }

    /// <summary>The version that was active before.</summary>
    public SemanticVersion? Previous { get; init; }

    /// <summary>Where its files are.</summary>
    public required string Directory { get; init; }

    /// <summary>Where it came from, without credentials.</summary>
    public required string Source { get; init; }

    /// <summary>The hash of the archive.</summary>
    public required string Archive { get; init; }

    /// <summary>The hash of the files.</summary>
    public required string Tree { get; init; }

    /// <summary>The id of the trusted key that signed it; null where no keys are set.</summary>
    public string? SignedBy { get; init; }

    /// <summary>The bots it offers.</summary>
    public required IReadOnlyList<string> Bots { get; init; }

    /// <summary>What an operator should know, such as newer versions that were passed over.</summary>
    public IReadOnlyList<Problem> Notes { get; init; } = [];
}

/// <summary>What became of one package in <c>update</c>, <c>restore</c> or <c>verify</c>.</summary>
internal enum PackageOutcome
{
    /// <summary>It was as it should be.</summary>
    Unchanged,

    /// <summary>Update: a newer version is active. Restore: its files are back.</summary>
    Changed,

    /// <summary>It did not work out, or it is not as it should be.</summary>
    Failed,
}

/// <summary>What became of a version that is not active.</summary>
internal enum PruneOutcome
{
    /// <summary>It is gone.</summary>
    Removed,

    /// <summary>It would be gone if this were no rehearsal.</summary>
    Removable,

    /// <summary>A host has it in memory, so it stays.</summary>
    InUse,
}

/// <summary>A version that is not active, and what became of it.</summary>
/// <param name="Id">Of the package.</param>
/// <param name="Version">The version.</param>
/// <param name="Directory">Where it is, or was.</param>
/// <param name="Bytes">Of its files.</param>
/// <param name="Outcome">What became of it.</param>
internal sealed record PrunedVersion(string Id, SemanticVersion Version, string Directory, long Bytes, PruneOutcome Outcome);

/// <summary>What became of one package.</summary>
/// <param name="Id">Of the package.</param>
/// <param name="Version">The version that is active now.</param>
/// <param name="Outcome">What happened.</param>
/// <param name="Problems">Why it failed, or what should be known.</param>
internal sealed record PackageReport(string Id, SemanticVersion Version, PackageOutcome Outcome, IReadOnlyList<Problem> Problems)
{
    /// <summary>Update: the version that was active before.</summary>
    public SemanticVersion? Previous { get; init; }
}
