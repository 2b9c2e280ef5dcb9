using System.ComponentModel;

namespace IntelMQ.Sdk.Runtime;

/// <summary>Names the class that lists the bots of an assembly. Written by the source generator.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ExtensionEntryAttribute(Type entry) : Attribute
{
    /// <summary>A class with a parameterless constructor that implements <see cref="IExtensionEntry"/>.</summary>
    public Type Entry { get; } = entry;
}

/// <summary>Lists the bots of an assembly. Implemented by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IExtensionEntry
{
    /// <summary>All bots.</summary>
    IReadOnlyList<BotRegistration> Bots { get; }

    /// <summary>All configuration upgrades.</summary>
    IReadOnlyList<UpgradeRegistration> Upgrades => [];

    /// <summary>All checks of the package.</summary>
    IReadOnlyList<CheckRegistration> Checks => [];
}

/// <summary>How the host creates a configuration upgrade.</summary>
/// <param name="Type">The class, as the manifest names it.</param>
/// <param name="Create">Creates it.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record UpgradeRegistration(string Type, Func<IConfigurationUpgrade> Create);

/// <summary>How the host creates a check of a package.</summary>
/// <param name="Type">The class, as the manifest names it.</param>
/// <param name="Create">Creates it.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record CheckRegistration(string Type, Func<IPackageCheck> Create);

/// <summary>How the host creates a bot without reflection.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Create">
/// Binds the options (errors are collected in the reader) and creates the bot; returns null when there were errors.
/// </param>
/// <param name="Check">Binds the options and lists what they say about themselves, without creating the bot.</param>
/// <param name="SingleInstance">See <see cref="BotAttribute.SingleInstance"/>.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record BotRegistration(
    string Name,
    Func<ParameterReader, IServiceProvider, Bot?> Create,
    Func<ParameterReader, IEnumerable<CheckResult>> Check,
    bool SingleInstance);
