using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.CompilerServices;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Extensions;

/// <summary>
/// A package in memory. Everything that leads to its types hangs here, and as long as somebody refers to this object its
/// context lives: a context that nobody refers to starts to unload while objects of its types are still in use.
/// </summary>
internal sealed class LoadedPackage
{
    readonly VersionUse? _use;
    PackageLoadContext? _context;
    IExtensionEntry? _entry;
    FrozenDictionary<string, BotRegistration> _bots;

    LoadedPackage(ExtensionPackage package, VersionUse? use, PackageLoadContext context, IExtensionEntry entry)
    {
        (Package, _use, _context, _entry) = (package, use, context, entry);
        _bots = entry.Bots.ToFrozenDictionary(bot => bot.Name, StringComparer.Ordinal);
    }

    public ExtensionPackage Package { get; }

    /// <summary>Loads the assembly of a package and asks it for its bots. This is the first code of the package that runs.</summary>
    /// <exception cref="ExtensionException">It cannot be loaded; the text says why.</exception>
    public static LoadedPackage Load(ExtensionPackage package)
    {
        var entry = package.EntryFile ?? throw new ExtensionException($"{package} runs as a process and has nothing to load");
        PackageLoadContext? context = null;
        var use = package.Origin == PackageOrigin.Extension ? VersionUse.Take(package.Directory) : null;
        try
        {
            // The resolver reads deps.json and complains of missing files.
            context = new PackageLoadContext(package.ToString(), entry, collectible: package.Origin == PackageOrigin.Extension);
            return new LoadedPackage(package, use, context, EntryOf(context.LoadFromAssemblyPath(entry)));
        }
        catch (Exception e)
        {
            use?.Dispose();
            if (context is { IsCollectible: true }) context.Unload();

            // The text only: an exception that was thrown by code of the package would keep it in memory.
            throw new ExtensionException($"{package} cannot be loaded: {Describe(e)}");
        }
    }

    static string Describe(Exception e)
    {
        var texts = new List<string>();
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            texts.Add(cause is ExtensionException ? cause.Message : $"{cause.GetType().Name}: {cause.Message}");
        }

        return string.Join(" <- ", texts);
    }

    static IExtensionEntry EntryOf(Assembly assembly)
    {
        // The data of attributes, not attributes: no object of the package gets into caches of reflection.
        var attribute = assembly.GetCustomAttributesData().FirstOrDefault(data => data.AttributeType == typeof(ExtensionEntryAttribute))
            ?? throw new ExtensionException($"{assembly.GetName().Name} does not say which bots it has; it was built without the generator of IntelMQ.Sdk");
        var type = (Type)attribute.ConstructorArguments[0].Value!;
        var instance = Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DoNotWrapExceptions, null, null, null);
        return instance is IExtensionEntry entry
            ? entry
            : throw new ExtensionException($"{type} does not implement {nameof(IExtensionEntry)}");
    }

    /// <summary>How to create a bot.</summary>
    /// <exception cref="ExtensionException">The manifest has a bot that the assembly does not have.</exception>
    public BotRegistration Find(string bot) =>
        _bots.TryGetValue(bot, out var registration)
            ? registration
            : throw new ExtensionException($"the manifest of {Package} has {bot}, but its assembly does not");

    /// <summary>Creates a configuration upgrade.</summary>
    /// <exception cref="ExtensionException">The manifest has an upgrade that the assembly does not have.</exception>
    public IConfigurationUpgrade CreateUpgrade(string type) =>
        (_entry?.Upgrades.FirstOrDefault(upgrade => upgrade.Type == type) ?? throw Lacks(type)).Create();

    /// <summary>Creates a check.</summary>
    /// <exception cref="ExtensionException">The manifest has a check that the assembly does not have.</exception>
    public IPackageCheck CreateCheck(string type) =>
        (_entry?.Checks.FirstOrDefault(check => check.Type == type) ?? throw Lacks(type)).Create();

    ExtensionException Lacks(string type) => new($"the manifest of {Package} has {type}, but its assembly does not");

    /// <summary>Starts to unload; null when the context cannot be unloaded. The reference dies when the package has left memory.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public WeakReference? Unload()
    {
        _use?.Dispose();
        if (_context is not { IsCollectible: true } context) return null;
        var reference = new WeakReference(context, trackResurrection: true);
        _bots = FrozenDictionary<string, BotRegistration>.Empty;
        _entry = null;
        _context = null;
        context.Unload();
        return reference;
    }
}
