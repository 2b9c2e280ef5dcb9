using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Extensions;

/// <summary>The code of a bot, for as long as the lease is not disposed. Keep this object as long as the bot exists.</summary>
internal sealed class LoadedBot : IDisposable
{
    readonly PackagedBot _owner;

    internal LoadedBot(PackagedBot owner, LoadedPackage loaded, Action release)
    {
        _owner = owner;
        Lease = new PackageLease(loaded, release);
    }

    /// <summary>The full name of the bot.</summary>
    public string Name => _owner.Bot;

    /// <summary>What the manifest says about it.</summary>
    public BotManifest Manifest => _owner.Manifest;

    public ExtensionPackage Package => _owner.Package;

    /// <summary>How to create the bot. Do not keep it: it holds the package in memory.</summary>
    /// <exception cref="ObjectDisposedException">The lease was disposed.</exception>
    public BotRegistration Registration => Lease.Loaded.Find(Name);

    /// <summary>Dispose it when the bot has been disposed and nothing refers to it any more.</summary>
    public PackageLease Lease { get; }

    /// <summary>Disposes the lease.</summary>
    public void Dispose() => Lease.Dispose();
}

/// <summary>Keeps a package in memory. When the last one of a version that is no longer current is disposed, it is unloaded.</summary>
internal sealed class PackageLease : IDisposable
{
    LoadedPackage? _loaded;
    Action? _release;

    internal PackageLease(LoadedPackage loaded, Action release) => (_loaded, _release) = (loaded, release);

    internal LoadedPackage Loaded => _loaded ?? throw new ObjectDisposedException(nameof(PackageLease), "the lease of the package was given back");

    /// <summary>Gives the package back; a second call does nothing.</summary>
    public void Dispose()
    {
        _loaded = null;
        Interlocked.Exchange(ref _release, null)?.Invoke();
    }
}
