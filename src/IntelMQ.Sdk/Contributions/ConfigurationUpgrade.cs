namespace IntelMQ.Sdk;

/// <summary>
/// Marks a class as a configuration upgrade of its package. It must implement <see cref="IConfigurationUpgrade"/>; its
/// summary is what operators read about it.
/// </summary>
/// <param name="module">The bot whose configuration it is for, as <c>runtime.yaml</c> names it before the upgrade: also a name that the package has given up.</param>
/// <param name="version">The version of the package that needs the new form, such as <c>1.2.0</c>. Upgrades run in the order of their versions.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ConfigurationUpgradeAttribute(string module, string version) : Attribute
{
    /// <summary>The bot whose configuration it is for.</summary>
    public string Module { get; } = module;

    /// <summary>The version of the package that needs the new form.</summary>
    public string Version { get; } = version;
}

/// <summary>
/// Brings the configuration of a bot into the form that a newer version of its package takes. <c>intelmqctl check</c> shows
/// what would change. Needs a constructor without parameters; no network, no side effects.
/// </summary>
public interface IConfigurationUpgrade
{
    /// <summary>The bot in its new form. What has that form already is returned as it is: upgrades run again and again.</summary>
    /// <exception cref="ConfigurationException">An operator has to do something; the text says what.</exception>
    ConfiguredBot Upgrade(ConfiguredBot bot);
}
