using System.Diagnostics.CodeAnalysis;
using IntelMQ.Configuration.Editing;
using Tree = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace IntelMQ.Configuration.Upgrading;

/// <summary>The section of a bot in a draft.</summary>
internal sealed class DraftBot(string id, Tree section)
{
    const string ParametersKey = "parameters";
    const string ModuleKey = "module";
    const string ModulePrefix = "intelmq.bots.";

    public string Id => id;

    /// <summary>The module; empty where the section names none.</summary>
    public string Module
    {
        get => section.GetValueOrDefault(ModuleKey) as string ?? "";
        set => section[ModuleKey] = value;
    }

    public bool IsCollector => section.GetValueOrDefault("group") as string == "Collector" || Module.StartsWith(ModulePrefix + "collectors.", StringComparison.Ordinal);

    /// <summary>Its parameters, empty where it has none.</summary>
    public IReadOnlyDictionary<string, object?> Parameters => section.GetValueOrDefault(ParametersKey) as Tree ?? [];

    /// <summary>The address that a collector asks; empty where there is none.</summary>
    public string Url => Text("http_url") ?? "";

    /// <summary>Whether the bot runs one of these modules, named without <c>intelmq.bots.</c>.</summary>
    public bool Runs(params ReadOnlySpan<string> modules)
    {
        foreach (var module in modules)
        {
            if (Module.StartsWith(ModulePrefix, StringComparison.Ordinal) && Module.AsSpan(ModulePrefix.Length).SequenceEqual(module))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Gives the bot another module, named without <c>intelmq.bots.</c>.</summary>
    public void MoveTo(string module) => Module = ModulePrefix + module;

    public bool Has(string name) => Parameters.ContainsKey(name);

    public bool TryGet(string name, [MaybeNullWhen(false)] out object? value) => Parameters.TryGetValue(name, out value);

    public string? Text(string name) => Parameters.GetValueOrDefault(name) as string;

    /// <summary>Sets a parameter; the map of parameters is made where it is missing.</summary>
    public void Set(string name, object? value)
    {
        if (section.GetValueOrDefault(ParametersKey) is not Tree parameters)
        {
            section[ParametersKey] = parameters = [];
        }

        parameters[name] = PlainTree.Normalize(value);
    }

    public void SetDefault(string name, object? value)
    {
        if (!Has(name))
        {
            Set(name, value);
        }
    }

    public void Remove(string name) => (section.GetValueOrDefault(ParametersKey) as Tree)?.Remove(name);

    /// <summary>Gives a parameter another name, unless one of that name is there: that one was set later.</summary>
    public void Rename(string oldName, string newName)
    {
        if (TryGet(oldName, out var value))
        {
            SetDefault(newName, value);
            Remove(oldName);
        }
    }

    /// <summary>Takes a module and parameters from elsewhere; nothing else of the section changes.</summary>
    public void Become(string module, IReadOnlyDictionary<string, object?> parameters)
    {
        Module = module;
        if (parameters.Count > 0 || section.ContainsKey(ParametersKey))
        {
            section[ParametersKey] = PlainTree.Normalize(parameters);
        }
    }

    /// <summary>Replaces one value of a parameter by another.</summary>
    public void Replace(string name, string oldText, string newText)
    {
        if (Text(name) == oldText)
        {
            Set(name, newText);
        }
    }
}
