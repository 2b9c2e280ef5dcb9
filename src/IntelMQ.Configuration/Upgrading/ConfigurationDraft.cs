using IntelMQ.Configuration.Editing;
using IntelMQ.Configuration.Yaml;
using Tree = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace IntelMQ.Configuration.Upgrading;

/// <summary>The configuration of an installation as plain values that rules change in memory.</summary>
internal sealed class ConfigurationDraft
{
    /// <summary>The global parameters before version 3 of the original.</summary>
    public const string DefaultsFile = "defaults.conf";

    readonly string? _directory;
    readonly Dictionary<string, DraftFile> _files = new(StringComparer.Ordinal);

    /// <param name="runtime">Content of <c>runtime.yaml</c>.</param>
    /// <param name="harmonization">Content of <c>harmonization.conf</c>; null where the installation has none.</param>
    /// <param name="directory">Where older files may lie; null for none.</param>
    public ConfigurationDraft(IReadOnlyDictionary<string, object?> runtime, IReadOnlyDictionary<string, object?>? harmonization, string? directory = null)
    {
        Runtime = (Tree)PlainTree.Normalize(runtime)!;
        Harmonization = (Tree?)PlainTree.Normalize(harmonization);
        _directory = directory;
    }

    public Tree Runtime { get; }

    public Tree? Harmonization { get; }

    /// <summary>All bots whose section is a map.</summary>
    public IEnumerable<DraftBot> Bots =>
        Runtime.Where(static entry => entry.Key != RuntimeConfiguration.GlobalKey && entry.Value is Tree).Select(static entry => new DraftBot(entry.Key, (Tree)entry.Value!)).ToList();

    /// <summary>The global parameters, wherever this installation has them; an empty map that belongs to nothing where it has none.</summary>
    public IReadOnlyDictionary<string, object?> Global => File(DefaultsFile)?.Content as Tree ?? Runtime.GetValueOrDefault(RuntimeConfiguration.GlobalKey) as Tree ?? [];

    /// <summary>Files beside <c>runtime.yaml</c> that rules have looked at.</summary>
    public IEnumerable<DraftFile> Files => _files.Values;

    public DraftBot? Find(string id) => Runtime.GetValueOrDefault(id) is Tree section && id != RuntimeConfiguration.GlobalKey ? new DraftBot(id, section) : null;

    public void SetGlobal(string name, object? value) => GlobalToWrite()[name] = value;

    public void SetGlobalDefault(string name, object? value)
    {
        if (!Global.ContainsKey(name))
        {
            SetGlobal(name, value);
        }
    }

    public void RemoveGlobal(string name)
    {
        if (Global.ContainsKey(name))
        {
            GlobalToWrite().Remove(name);
        }
    }

    Tree GlobalToWrite()
    {
        if (File(DefaultsFile)?.Content is Tree defaults)
        {
            return defaults;
        }

        if (Runtime.GetValueOrDefault(RuntimeConfiguration.GlobalKey) is not Tree global)
        {
            Runtime[RuntimeConfiguration.GlobalKey] = global = [];
        }

        return global;
    }

    /// <summary>A JSON or YAML file by its absolute path or its name in the directory of the configuration; null where there is none.</summary>
    /// <exception cref="ConfigurationFileException">It cannot be read.</exception>
    public DraftFile? File(string name)
    {
        if (_directory is null)
        {
            return null;
        }

        var path = Path.Combine(_directory, name);
        if (!_files.TryGetValue(path, out var file) && System.IO.File.Exists(path))
        {
            _files[path] = file = new DraftFile(path, YamlReader.Read(RuntimeConfiguration.ReadText(path), path).Root.Value);
        }

        return file is { IsRemoved: false } ? file : null;
    }

    /// <summary>Gives up a file of the directory, whatever it contains.</summary>
    public void RemoveFile(string name)
    {
        if (_directory is null)
        {
            return;
        }

        var path = Path.Combine(_directory, name);
        if (_files.TryGetValue(path, out var file) || System.IO.File.Exists(path))
        {
            _files[path] = (file ?? new DraftFile(path, null)) with { IsRemoved = true };
        }
    }

    /// <summary>The draft as it is now.</summary>
    public ConfigurationDraft Copy()
    {
        var copy = new ConfigurationDraft(Runtime, Harmonization, _directory);
        foreach (var (path, file) in _files)
        {
            copy._files[path] = file with { Content = PlainTree.Normalize(file.Content) };
        }

        return copy;
    }

    /// <summary>Whether it says the same as another draft of the same installation.</summary>
    public bool Says(ConfigurationDraft other) =>
        PlainTree.AreEqual(Runtime, other.Runtime) && PlainTree.AreEqual(Harmonization, other.Harmonization)
        && _files.Values.All(file => other._files.TryGetValue(file.Path, out var same) ? file.Says(same) : !file.IsChanged);
}

/// <summary>A file beside <c>runtime.yaml</c>.</summary>
internal sealed record DraftFile
{
    readonly object? _original;

    public DraftFile(string path, object? content)
    {
        Path = path;
        Content = PlainTree.Normalize(content);
        _original = content;
    }

    public string Path { get; }

    public object? Content { get; set; }

    /// <summary>Whether the file is to go.</summary>
    public bool IsRemoved { get; init; }

    public bool IsChanged => IsRemoved || !PlainTree.AreEqual(Content, _original);

    public bool Says(DraftFile other) => IsRemoved == other.IsRemoved && PlainTree.AreEqual(Content, other.Content);
}
