namespace IntelMQ.Sdk;

/// <summary>Marks a class as a bot and gives it the name that <c>module</c> in <c>runtime.yaml</c> uses.</summary>
/// <param name="name">
/// <c>intelmq.bots.&lt;collectors|parsers|experts|outputs&gt;.&lt;organization&gt;.&lt;name&gt;</c> in lower case letters,
/// digits and <c>_</c>. The group must be that of the base class; the compiler says so if it is not.
/// </param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BotAttribute(string name) : Attribute
{
    /// <summary>The full name.</summary>
    public string Name { get; } = name;

    /// <summary>Asks the host to run this bot in a process of its own, since it has native code or cannot be unloaded.</summary>
    public bool OwnProcess { get; set; }

    /// <summary>Order of messages or a count over all of them matters: the host runs one instance whatever <c>instances_threads</c> says.</summary>
    public bool SingleInstance { get; set; }
}
