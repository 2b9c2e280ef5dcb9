namespace IntelMQ.Sdk;

/// <summary>Marks a class as a check of its package. It must implement <see cref="IPackageCheck"/>; its summary is what operators read about it.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PackageCheckAttribute : Attribute;

/// <summary>
/// Says more about a package than the options of one bot can (<see cref="ICheckable"/>): whether its bots fit together, or
/// whether files that they share are there. <c>intelmqctl check</c> asks when a bot of the package is configured. Needs a
/// constructor without parameters; no network, no side effects.
/// </summary>
public interface IPackageCheck
{
    /// <summary>All problems at once.</summary>
    /// <param name="bots">The configured bots of the package, with global parameters and those of the environment; at least one.</param>
    IEnumerable<CheckResult> Check(IReadOnlyList<ConfiguredBot> bots);
}
