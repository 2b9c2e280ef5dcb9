namespace IntelMQ.Sdk;

/// <summary>A bot of a package as <c>runtime.yaml</c> has it; never changes.</summary>
/// <param name="Id">Its key in the file.</param>
/// <param name="Module">The name of its code.</param>
/// <param name="Parameters">
/// Its parameters as they are written, references to secrets included. Values are null, string, long, BigInteger, double,
/// bool, <c>IReadOnlyList&lt;object?&gt;</c> or <c>IReadOnlyDictionary&lt;string, object?&gt;</c>.
/// </param>
public sealed record ConfiguredBot(string Id, string Module, IReadOnlyDictionary<string, object?> Parameters)
{
    /// <summary>Whether a parameter is given, be it with null.</summary>
    public bool Has(string name) => Parameters.ContainsKey(name);

    /// <summary>The bot with a parameter set, in its place if it is there already.</summary>
    public ConfiguredBot With(string name, object? value)
    {
        var parameters = Copy();
        parameters[name] = value;
        return this with { Parameters = parameters };
    }

    /// <summary>The bot without a parameter; the bot itself when it has no such.</summary>
    public ConfiguredBot Without(string name)
    {
        if (!Has(name)) return this;
        var parameters = Copy();
        parameters.Remove(name);
        return this with { Parameters = parameters };
    }

    /// <summary>The bot with another name for a parameter. The bot itself when it has no such; a value under the new name stands.</summary>
    public ConfiguredBot WithRenamed(string oldName, string newName)
    {
        if (!Has(oldName)) return this;
        return Has(newName) ? Without(oldName) : this with
        {
            Parameters = new OrderedDictionary<string, object?>(
                Parameters.Select(parameter => parameter.Key == oldName ? KeyValuePair.Create(newName, parameter.Value) : parameter), StringComparer.Ordinal),
        };
    }

    OrderedDictionary<string, object?> Copy() => new(Parameters, StringComparer.Ordinal);
}
