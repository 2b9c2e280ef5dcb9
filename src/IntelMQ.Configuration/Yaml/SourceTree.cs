using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace IntelMQ.Configuration.Yaml;

/// <summary>Where a node stands in the text: from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
internal readonly record struct SourceSpan(int Start, int End, int Line, int Column)
{
    public int Length => End - Start;
}

/// <summary>How a node is written.</summary>
internal enum NodeStyle
{
    Plain,
    SingleQuoted,
    DoubleQuoted,

    /// <summary>A text below its key, after <c>|</c> or <c>&gt;</c>.</summary>
    BlockText,

    /// <summary>A list or map by indentation.</summary>
    Block,

    /// <summary>A list or map in brackets.</summary>
    Flow,

    /// <summary>A reference to an anchor.</summary>
    Alias,
}

/// <summary>A value with its place in the text. Nodes behind aliases share their value.</summary>
/// <param name="Value">
/// Text, <see cref="long"/>, <see cref="System.Numerics.BigInteger"/>, <see cref="double"/>, <see cref="bool"/>, null,
/// <see cref="SourceList"/> or <see cref="SourceMap"/>.
/// </param>
/// <param name="Keeps">A block text that keeps the empty lines after it.</param>
internal sealed record SourceNode(object? Value, SourceSpan Span, NodeStyle Style, bool Keeps = false);

/// <summary>A key of a map with its value.</summary>
/// <param name="Inherited">Comes from another map by <c>&lt;&lt;</c> and does not stand here.</param>
internal sealed record SourceEntry(string Key, SourceSpan KeySpan, NodeStyle KeyStyle, SourceNode Node, bool Inherited);

/// <summary>A list that knows where its items stand.</summary>
internal sealed class SourceList(IReadOnlyList<SourceNode> nodes) : IReadOnlyList<object?>
{
    public IReadOnlyList<SourceNode> Nodes => nodes;

    public int Count => nodes.Count;

    public object? this[int index] => nodes[index].Value;

    public IEnumerator<object?> GetEnumerator() => nodes.Select(static node => node.Value).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A map in the order of the file that knows where its keys and values stand.</summary>
internal sealed class SourceMap : IReadOnlyDictionary<string, object?>
{
    readonly Dictionary<string, SourceEntry> _index;

    public SourceMap(IReadOnlyList<SourceEntry> entries)
    {
        Entries = entries;
        _index = new Dictionary<string, SourceEntry>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            _index.TryAdd(entry.Key, entry);
        }
    }

    public static SourceMap Empty { get; } = new([]);

    public IReadOnlyList<SourceEntry> Entries { get; }

    public int Count => _index.Count;

    public IEnumerable<string> Keys => Entries.Select(static entry => entry.Key);

    public IEnumerable<object?> Values => Entries.Select(static entry => entry.Node.Value);

    public object? this[string key] => _index[key].Node.Value;

    public SourceEntry? Find(string key) => _index.GetValueOrDefault(key);

    public bool ContainsKey(string key) => _index.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        var entry = Find(key);
        value = entry?.Node.Value;
        return entry is not null;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
        Entries.Select(static entry => KeyValuePair.Create(entry.Key, entry.Node.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
