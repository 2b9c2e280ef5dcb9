namespace IntelMQ.Extensions;

/// <summary>Where a package belongs to.</summary>
internal enum PackageOrigin
{
    /// <summary>It comes with IntelMQ.</summary>
    BuiltIn,

    /// <summary>It was installed into an extension directory.</summary>
    Extension,

    /// <summary>It is a Python package of the original's kind.</summary>
    Python,
}

/// <summary>A package whose bots can be used, known from its files alone.</summary>
internal sealed record ExtensionPackage
{
    public required ExtensionManifest Manifest { get; init; }

    public required PackageOrigin Origin { get; init; }

    /// <summary>The folder with the manifest, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>Tells this content from any other, also of the same version.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What the lock says; null for built-in packages and roots without a lock.</summary>
    public LockedPackage? Locked { get; init; }

    public string Id => Manifest.Id;

    public SemanticVersion Version => Manifest.Version;

    /// <summary>The assembly to load; null when the bots run as processes.</summary>
    public string? EntryFile => Manifest.Runtime is DotnetRuntime runtime ? Path.Combine(Directory, runtime.Entry) : null;

    public override string ToString() => $"{Id} {Version}";
}

/// <summary>Why a package that is there is not used.</summary>
internal enum UnusedReason
{
    /// <summary>It cannot work; its problems say why.</summary>
    Broken,

    /// <summary>An operator has switched it off.</summary>
    Disabled,

    /// <summary>The lock does not know it.</summary>
    NotLocked,

    /// <summary>An earlier root has a package of the same id.</summary>
    Shadowed,
}

/// <summary>A package that is there and not used.</summary>
/// <param name="Id">As the manifest says, or else as the folder is called.</param>
/// <param name="Version">As the manifest says, or else as the folder is called.</param>
/// <param name="Directory">Where it is, or should be.</param>
/// <param name="Reason">Why it is not used.</param>
/// <param name="Problems">What to tell an operator; at least one when it is broken.</param>
internal sealed record UnusedPackage(string Id, string Version, string Directory, UnusedReason Reason, IReadOnlyList<Problem> Problems)
{
    /// <summary>What it would offer, where the manifest could be read.</summary>
    public ExtensionManifest? Manifest { get; init; }
}

/// <summary>A bot that a package offers.</summary>
/// <param name="Bot">The full name.</param>
/// <param name="Group">Its kind.</param>
/// <param name="PackageId">Whose it is.</param>
/// <param name="PackageVersion">Of the package.</param>
/// <param name="Origin">Where the package belongs to.</param>
/// <param name="Summary">One sentence.</param>
internal abstract record BotOwner(string Bot, BotGroup Group, string PackageId, string PackageVersion, PackageOrigin Origin, string? Summary)
{
    public override string ToString() => $"{PackageId} {PackageVersion}";
}

/// <summary>A bot of a package with a manifest.</summary>
internal sealed record PackagedBot(ExtensionPackage Package, BotManifest Manifest)
    : BotOwner(Manifest.Name, Manifest.Group, Package.Id, Package.Version.ToString(), Package.Origin, Manifest.Summary)
{
    public override string ToString() => base.ToString();
}
