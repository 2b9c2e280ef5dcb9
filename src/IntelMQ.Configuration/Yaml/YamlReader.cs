using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace IntelMQ.Configuration.Yaml;

/// <summary>A YAML text as a tree of plain values with their places.</summary>
/// <param name="Root">The root; null value for an empty document.</param>
/// <param name="Problems">What is wrong but leaves the rest readable: keys given twice, tags, keys that are no text.</param>
internal sealed record YamlDocument(string File, string Text, SourceNode Root, IReadOnlyList<ConfigurationProblem> Problems);

/// <summary>Reads YAML 1.2 as plain data: no tag creates anything, and an alias cannot blow the document up.</summary>
internal sealed class YamlReader
{
    const int MaximumDepth = 64;
    const int MaximumExpansion = 100_000;
    const string CoreTag = "tag:yaml.org,2002:";

    readonly string _file;
    readonly string _text;
    readonly Parser _parser;
    readonly Dictionary<string, SourceNode?> _anchors = new(StringComparer.Ordinal);
    readonly Dictionary<object, long> _weights = new(ReferenceEqualityComparer.Instance);
    readonly Stack<(Mark Start, char Bracket)> _open = new();
    readonly List<ConfigurationProblem> _problems = [];
    long _expansion;

    YamlReader(string text, string file, string scanned)
    {
        _file = file;
        _text = text;
        _parser = new Parser(new Scanner(new StringReader(scanned), skipComments: true));
    }

    /// <summary>Reads a text. A JSON text indented with tabs is accepted as well.</summary>
    /// <param name="text">The text without a byte order mark.</param>
    /// <param name="file">Name of the file, for problems.</param>
    /// <exception cref="ConfigurationFileException">The text is not YAML.</exception>
    public static YamlDocument Read(string text, string file)
    {
        try
        {
            return new YamlReader(text, file, text).Read();
        }
        catch (ConfigurationFileException) when (text.Contains('\t', StringComparison.Ordinal) && IsJson(text))
        {
            // Blanks in place of tabs leave every position as it was.
            return new YamlReader(text, file, ReplaceTabs(text)).Read();
        }
    }

    YamlDocument Read()
    {
        try
        {
            Next();
            Next();
            var root = _parser.Current is StreamEnd
                ? new SourceNode(null, new SourceSpan(_text.Length, _text.Length, 1, 1), NodeStyle.Plain)
                : ReadDocument();
            return new YamlDocument(_file, _text, root, _problems);
        }
        catch (YamlException e) when (TabNear(e) is { } tab)
        {
            throw Unreadable(tab, "Not valid YAML: a tab stands in the indentation; expected blanks", e);
        }
        catch (YamlException e)
        {
            throw Unreadable(e.Start, $"Not valid YAML: {e.Message.TrimEnd('.')}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The library gives up like this on some unclosed brackets and on tags that are no URI.
            throw Unreadable(_parser.Current?.End ?? Mark.Empty, "Not valid YAML", e);
        }
    }

    /// <summary>The tab in the indentation of the line that an error is about; the library names a place before or behind it.</summary>
    Mark? TabNear(YamlException error)
    {
        var lines = _text.Split('\n');
        // Where it complains about a tab without a place of its own, the first one is meant.
        var end = error.Message.Contains("tab as indentation", StringComparison.Ordinal) ? lines.Length : Math.Min(lines.Length, error.End.Line + 1);
        var index = 0L;
        for (var line = 0; line < end; line++)
        {
            var indentation = lines[line].AsSpan(0, lines[line].Length - lines[line].AsSpan().TrimStart(" \t").Length);
            var tab = indentation.IndexOf('\t');
            if (tab >= 0 && line >= error.Start.Line - 1) return new Mark(index + tab, line + 1, tab + 1);
            index += lines[line].Length + 1;
        }

        return null;
    }

    SourceNode ReadDocument()
    {
        Next();
        var root = ReadNode(ConfigurationPath.Root, 0);
        Next();
        if (_parser.Current is not StreamEnd)
        {
            throw Unreadable(_parser.Current!.Start, "A second document begins here; a configuration file holds one", null);
        }

        return root;
    }

    // Reads the node that the current event begins and leaves the event after it as the current one.
    SourceNode ReadNode(ConfigurationPath path, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw Unreadable(_parser.Current!.Start, $"More than {MaximumDepth} levels of nesting", null);
        }

        switch (_parser.Current)
        {
            case AnchorAlias alias:
                return ReadAlias(alias);
            case Scalar scalar:
                return ReadScalar(scalar, path);
            case SequenceStart start:
                return Anchored(start, path, () => ReadList(start, path, depth));
            case MappingStart start:
                return Anchored(start, path, () => ReadMap(start, path, depth));
            default:
                throw Unreadable(_parser.Current!.Start, "Not valid YAML", null);
        }
    }

    SourceNode Anchored(NodeEvent start, ConfigurationPath path, Func<SourceNode> read)
    {
        if (!start.Tag.IsEmpty && start.Tag.Value is not ("!" or CoreTag + "map" or CoreTag + "seq"))
        {
            ReportTag(start, path);
        }

        if (start.Anchor.IsEmpty)
        {
            return read();
        }

        _anchors[start.Anchor.Value] = null;
        return _anchors[start.Anchor.Value] = read();
    }

    SourceNode ReadAlias(AnchorAlias alias)
    {
        var name = alias.Value.Value;
        if (!_anchors.TryGetValue(name, out var target) || target is null)
        {
            throw Unreadable(alias.Start, _anchors.ContainsKey(name) ? $"The alias *{name} stands inside of what it refers to" : $"No anchor &{name} stands before the alias *{name}", null);
        }

        _expansion += Weight(target.Value);
        if (_expansion > MaximumExpansion)
        {
            throw Unreadable(alias.Start, $"The aliases of this file stand for more than {MaximumExpansion} values", null);
        }

        var node = new SourceNode(target.Value, Span(alias, (int)alias.End.Index), NodeStyle.Alias);
        Next();
        return node;
    }

    SourceNode ReadScalar(Scalar scalar, ConfigurationPath path)
    {
        var style = scalar.Style switch
        {
            ScalarStyle.SingleQuoted => NodeStyle.SingleQuoted,
            ScalarStyle.DoubleQuoted => NodeStyle.DoubleQuoted,
            ScalarStyle.Literal or ScalarStyle.Folded => NodeStyle.BlockText,
            _ => NodeStyle.Plain,
        };
        var keeps = style == NodeStyle.BlockText && HeaderOf(scalar).Contains('+', StringComparison.Ordinal);
        var end = style == NodeStyle.BlockText ? EndOfBlockText((int)scalar.Start.Index, (int)scalar.End.Index, keeps) : (int)scalar.End.Index;
        var node = new SourceNode(ScalarValue(scalar, style, path), Span(scalar, end), style, keeps);
        if (!scalar.Anchor.IsEmpty)
        {
            _anchors[scalar.Anchor.Value] = node;
        }

        Next();
        return node;
    }

    object? ScalarValue(Scalar scalar, NodeStyle style, ConfigurationPath path)
    {
        if (scalar.Tag.IsEmpty)
        {
            return style == NodeStyle.Plain ? CoreSchema.Resolve(scalar.Value) : scalar.Value;
        }

        var resolved = CoreSchema.Resolve(scalar.Value);
        switch (scalar.Tag.Value)
        {
            case "!" or CoreTag + "str":
                return scalar.Value;
            case CoreTag + "int" when resolved is long or System.Numerics.BigInteger:
            case CoreTag + "float" when resolved is double:
            case CoreTag + "bool" when resolved is bool:
            case CoreTag + "null" when resolved is null:
                return resolved;
            case CoreTag + "float" when resolved is long number:
                return (double)number;
            default:
                ReportTag(scalar, path);
                return scalar.Value;
        }
    }

    SourceNode ReadList(SequenceStart start, ConfigurationPath path, int depth)
    {
        var flow = start.Style == SequenceStyle.Flow;
        Open(start, flow, '[');
        Next();
        var items = new List<SourceNode>();
        while (_parser.Current is not SequenceEnd)
        {
            items.Add(ReadNode(path.Item(items.Count), depth + 1));
        }

        var end = EndOf(flow, ']', start, items.Count > 0 ? items[^1].Span.End : null);
        Next();
        return new SourceNode(new SourceList(items), Span(start, end), flow ? NodeStyle.Flow : NodeStyle.Block);
    }

    SourceNode ReadMap(MappingStart start, ConfigurationPath path, int depth)
    {
        var flow = start.Style == MappingStyle.Flow;
        Open(start, flow, '{');
        Next();
        var entries = new List<SourceEntry>();
        var merged = new List<SourceNode>();
        var known = new Dictionary<string, SourceSpan>(StringComparer.Ordinal);
        int? last = null;
        while (_parser.Current is not MappingEnd)
        {
            var entry = ReadEntry(path, depth, known);
            last = entry.Node.Span.End;
            if (entry is { Key: "<<", KeyStyle: NodeStyle.Plain })
            {
                merged.Add(entry.Node);
            }
            else if (known.TryAdd(entry.Key, entry.KeySpan))
            {
                entries.Add(entry);
            }
        }

        var end = EndOf(flow, '}', start, last);
        Next();
        foreach (var node in merged)
        {
            Merge(node, path, known, entries);
        }

        return new SourceNode(new SourceMap(entries), Span(start, end), flow ? NodeStyle.Flow : NodeStyle.Block);
    }

    SourceEntry ReadEntry(ConfigurationPath map, int depth, Dictionary<string, SourceSpan> known)
    {
        if (_parser.Current is not Scalar key)
        {
            throw Unreadable(_parser.Current!.Start, "The key of a map must be a text", null);
        }

        var path = map.Child(key.Value);
        var keyNode = ReadScalar(key, path);
        if (known.TryGetValue(key.Value, out var first))
        {
            Report(keyNode.Span, path, $"The key {key.Value} is given twice; it is already in line {first.Line}", "each key once");
        }

        return new SourceEntry(key.Value, keyNode.Span, keyNode.Style, ReadNode(path, depth + 1), Inherited: false);
    }

    // What a map takes over by "<<" stands after its own keys, which win.
    void Merge(SourceNode node, ConfigurationPath path, Dictionary<string, SourceSpan> known, List<SourceEntry> entries)
    {
        switch (node.Value)
        {
            case SourceMap map:
                entries.AddRange(map.Entries.Where(entry => known.TryAdd(entry.Key, entry.KeySpan)).Select(entry => entry with { Inherited = true }));
                break;
            case SourceList list when list.Nodes.All(static item => item.Value is SourceMap):
                foreach (var item in list.Nodes)
                {
                    Merge(item, path, known, entries);
                }

                break;
            default:
                Report(node.Span, path.Child("<<"), "The merge key << takes a map or a list of maps", null);
                break;
        }
    }

    // The number of values that a node stands for, aliases counted in full.
    long Weight(object? value)
    {
        if (value is not (SourceMap or SourceList))
        {
            return 1;
        }

        if (_weights.TryGetValue(value, out var known))
        {
            return known;
        }

        var nodes = value is SourceMap map ? map.Entries.Select(static entry => entry.Node) : ((SourceList)value).Nodes;
        return _weights[value] = nodes.Aggregate(1L, (sum, node) => Math.Min(sum + Weight(node.Value), int.MaxValue));
    }

    void Open(NodeEvent start, bool flow, char bracket)
    {
        if (flow)
        {
            _open.Push((start.Start, bracket));
        }
    }

    int EndOf(bool flow, char bracket, NodeEvent start, int? lastChild)
    {
        if (!flow)
        {
            return lastChild ?? (int)start.End.Index;
        }

        _open.Pop();
        var end = (int)_parser.Current!.Start.Index;
        // The map of "[a: 1]" has no brackets of its own.
        return end < _text.Length && _text[end] == bracket ? end + 1 : lastChild ?? end;
    }

    string HeaderOf(Scalar scalar)
    {
        var start = (int)scalar.Start.Index;
        var end = _text.AsSpan(start).IndexOfAny('\r', '\n');
        var header = end < 0 ? _text[start..] : _text.Substring(start, end);
        var comment = header.IndexOf('#', StringComparison.Ordinal);
        return comment < 0 ? header : header[..comment];
    }

    // The scanner counts the empty lines after the text to it; they are the file's unless the text keeps them.
    int EndOfBlockText(int start, int end, bool keeps)
    {
        end = Math.Min(end, _text.Length);
        var trimmed = keeps ? end : start + _text.AsSpan(start, end - start).TrimEnd(" \t\r\n").Length;
        if (keeps && trimmed > start && _text[trimmed - 1] == '\n')
        {
            trimmed -= trimmed - 1 > start && _text[trimmed - 2] == '\r' ? 2 : 1;
        }

        return trimmed;
    }

    static SourceSpan Span(ParsingEvent start, int end) =>
        new((int)start.Start.Index, Math.Max(end, (int)start.Start.Index), (int)start.Start.Line, (int)start.Start.Column);

    void ReportTag(NodeEvent node, ConfigurationPath path) =>
        Report(Span(node, (int)node.End.Index), path, $"The tag {node.Tag.Value} has no meaning here", "plain data without tags");

    void Report(SourceSpan span, ConfigurationPath path, string message, string? expected) =>
        _problems.Add(new ConfigurationProblem(Severity.Error, _file, span.Line, span.Column, path.ToString(), message, Expected: expected));

    ConfigurationFileException Unreadable(Mark mark, string message, Exception? inner)
    {
        if (_open.TryPeek(out var open) && inner is not null)
        {
            message += $". The {open.Bracket} in line {open.Start.Line}, column {open.Start.Column} may not be closed";
        }

        return new ConfigurationFileException([.. _problems, new ConfigurationProblem(Severity.Error, _file, (int)mark.Line, (int)mark.Column, "", message)], inner);
    }

    void Next() => _parser.MoveNext();

    static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static string ReplaceTabs(string json)
    {
        var text = json.ToCharArray();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\':
                    i++;
                    break;
                case '\t' when !quoted:
                    text[i] = ' ';
                    break;
                default:
                    break;
            }
        }

        return new string(text);
    }
}
