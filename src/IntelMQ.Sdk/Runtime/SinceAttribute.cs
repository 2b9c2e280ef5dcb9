using System.ComponentModel;

namespace IntelMQ.Sdk.Runtime;

/// <summary>
/// The version of the SDK that a public type or member came with, where that is not the first of its major. When an
/// extension is packed, the latest one among the members that it uses becomes the lowest SDK it runs on.
/// </summary>
/// <param name="version">Three numbers, such as <c>1.2.0</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface | AttributeTargets.Delegate
    | AttributeTargets.Constructor | AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Event, Inherited = false)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SinceAttribute(string version) : Attribute
{
    /// <summary>Three numbers, such as <c>1.2.0</c>.</summary>
    public string Version { get; } = version;
}
