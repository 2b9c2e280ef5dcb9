namespace IntelMQ.Extensions;

/// <summary>What <c>extension.json</c> says about a package. Read by <see cref="ManifestReader"/>; always complete and consistent.</summary>
internal sealed record ExtensionManifest
{
    /// <summary>The NuGet id; compared without regard to case, shown as written.</summary>
    public required string Id { get; init; }

    public required SemanticVersion Version { get; init; }

    public string? Title { get; init; }

    public string? Description { get; init; }

    public string? Authors { get; init; }

    /// <summary>An SPDX expression.</summary>
    public string? License { get; init; }

    public string? ProjectUrl { get; init; }

    public string? Repository { get; init; }

    public string? Commit { get; init; }

    /// <summary>What of the SDK it needs; always there when the runtime is .NET.</summary>
    public SdkRequirement? Sdk { get; init; }

    public required ExtensionRuntime Runtime { get; init; }

    /// <summary>Runtime identifiers that it has native libraries for; empty means that it runs anywhere.</summary>
    public IReadOnlyList<string> Platforms { get; init; } = [];

    /// <summary>Libraries inside, id to version, for those who look for vulnerable ones.</summary>
    public IReadOnlyDictionary<string, string> Dependencies { get; init; } = new Dictionary<string, string>();

    /// <summary>At least one, names unique.</summary>
    public required IReadOnlyList<BotManifest> Bots { get; init; }

    /// <summary>What it gives besides bots.</summary>
    public Contributions Contributions { get; init; } = Contributions.None;
}

/// <summary>The versions of the SDK that a package works with.</summary>
/// <param name="Range">The one that decides.</param>
/// <param name="Built">What it was compiled against, for messages.</param>
/// <param name="Min">The lowest that has everything it uses, for messages.</param>
internal sealed record SdkRequirement(VersionRange Range, string? Built, string? Min);

/// <summary>How the bots of a package run.</summary>
internal abstract record ExtensionRuntime;

/// <summary>In an assembly that the host loads.</summary>
/// <param name="Framework">Its target framework, such as <c>net10.0</c>.</param>
/// <param name="Entry">The assembly, relative to the manifest, with slashes.</param>
internal sealed record DotnetRuntime(string Framework, string Entry) : ExtensionRuntime;

/// <summary>In a process of their own that speaks the bot protocol.</summary>
/// <param name="Command">The program and its arguments, run in the folder of the manifest.</param>
/// <param name="Protocol">The version of the protocol.</param>
internal sealed record ProcessRuntime(IReadOnlyList<string> Command, int Protocol) : ExtensionRuntime;
