using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration.Editing;

/// <summary>
/// Changes values of a YAML text in their places: all lines that do not carry the change stay as they are, and what is
/// written follows its surroundings (indentation, brackets, quotes, line breaks).
/// </summary>
/// <remarks>
/// Values are reached by keys only. After each step the text is read again and must say exactly what was asked for;
/// otherwise nothing happens. That makes aliases safe: a change that would show in two places is refused.
/// </remarks>
internal sealed class YamlEditor
{
    const string JsonStep = "    ";

    YamlDocument _document;

    /// <param name="text">The text without a byte order mark.</param>
    /// <param name="file">Name of the file, for messages.</param>
    /// <exception cref="ConfigurationFileException">The text is not YAML.</exception>
    /// <exception cref="ConfigurationEditException">The text has problems that make changes ambiguous.</exception>
    public YamlEditor(string text, string file)
    {
        _document = YamlReader.Read(text, file);
        if (_document.Problems.Count > 0)
        {
            throw new ConfigurationEditException("The file must be mended by hand before it can be changed:\n" + string.Join('\n', _document.Problems));
        }
    }

    public string Text => _document.Text;

    /// <summary>The values as they are now.</summary>
    public IReadOnlyDictionary<string, object?> Root => _document.Root.Value as SourceMap ?? SourceMap.Empty;

    string LineBreak => Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    /// <summary>Sets the value at the end of a way of keys. Maps on the way are made where they are missing.</summary>
    /// <param name="before">A new key stands before this one, if it is there, else at the end.</param>
    public void Set(ReadOnlySpan<string> way, object? value, string? before = null)
    {
        value = PlainTree.Normalize(value);
        Apply(way, PlainTree.With(Root, way, value), way => SetInPlace(way, value, before));
    }

    /// <summary>Removes the entry at the end of a way of keys; nothing happens if it is not there.</summary>
    public void Remove(ReadOnlySpan<string> way) =>
        Apply(way, PlainTree.Without(Root, way), RemoveInPlace);

    void Apply(ReadOnlySpan<string> way, object? expected, Action<string[]> change)
    {
        var steps = way.ToArray();
        var before = _document;
        try
        {
            change(steps);
        }
        catch (ConfigurationFileException e)
        {
            _document = before;
            throw CannotEdit(steps, e);
        }
        catch (ConfigurationEditException)
        {
            _document = before;
            throw;
        }

        if (_document.Problems.Count > 0 || !PlainTree.AreEqual(expected, Root))
        {
            _document = before;
            throw CannotEdit(steps, null);
        }
    }

    void SetInPlace(string[] way, object? value, string? before)
    {
        var depth = 0;
        var place = Place.Of(_document);
        while (depth < way.Length && place.Node.Value is SourceMap map && map.Find(way[depth]) is { Inherited: false } entry)
        {
            place = place.Into(entry);
            depth++;
        }

        if (depth == way.Length)
        {
            Change(way, place, value);
            return;
        }

        // Everything from the first missing key on is new.
        var added = way[(depth + 1)..].Reverse().Aggregate(value, static (inner, key) => new OrderedDictionary<string, object?> { [key] = inner });
        Insert(way[..depth], place, way[depth], added, depth == way.Length - 1 ? before : null);
    }

    void Change(string[] way, Place place, object? value)
    {
        if (PlainTree.AreEqual(place.Node.Value, value))
        {
            return;
        }

        switch (place.Node)
        {
            case { Style: not NodeStyle.Alias, Value: SourceMap old } when value is IReadOnlyDictionary<string, object?> { Count: > 0 } map && old.Count > 0:
                foreach (var (key, child) in map)
                {
                    SetInPlace([.. way, key], child, before: null);
                }

                foreach (var key in old.Keys.Where(key => !map.ContainsKey(key)))
                {
                    RemoveInPlace([.. way, key]);
                }

                break;
            case { Style: not NodeStyle.Alias, Value: SourceList old } when value is IReadOnlyList<object?> { Count: > 0 } list && old.Count > 0:
                ChangeList(place, old, list);
                break;
            default:
                Replace(place, value);
                break;
        }
    }

    // Only what differs between the first and the last equal items is written.
    void ChangeList(Place place, SourceList old, IReadOnlyList<object?> list)
    {
        var shorter = Math.Min(old.Count, list.Count);
        var head = 0;
        while (head < shorter && PlainTree.AreEqual(old[head], list[head]))
        {
            head++;
        }

        var tail = 0;
        while (tail < shorter - head && PlainTree.AreEqual(old[^(tail + 1)], list[^(tail + 1)]))
        {
            tail++;
        }

        var items = list.Skip(head).Take(list.Count - head - tail).ToList();
        var edit = new ListEdit(Text, old.Nodes, head, old.Count - head - tail, items, place.Json, LineBreak);
        var change = place.Node.Style == NodeStyle.Flow ? edit.InBrackets() : edit.ByLines();
        if (change is { } text)
        {
            Splice(text.Start, text.End, text.Replacement);
        }
        else
        {
            Replace(place, list);
        }
    }

    void Replace(Place place, object? value)
    {
        if (place.Entry is not { } entry)
        {
            Splice(0, Text.Length, value is IReadOnlyDictionary<string, object?> { Count: > 0 } map ? YamlText.Block(map, 0, 2, LineBreak) : "{}" + LineBreak);
            return;
        }

        var (start, end) = ValueRange(entry, out var colon);
        var text = place.InBrackets
            ? " " + YamlText.Inline(value, flow: true, place.Json, entry.Node.Style)
            : BlockValue(place, entry, value);
        if (start == entry.Node.Span.Start && entry.Node.Span.Length > 0)
        {
            // The blanks after the colon stay, unless the new value begins on the next line.
            if (text[0] == ' ')
            {
                text = text[1..];
            }
            else
            {
                start = Text.AsSpan(0, start).TrimEnd(" \t").Length;
            }
        }

        Splice(start, end, colon + text);
    }

    string BlockValue(Place place, SourceEntry entry, object? value) =>
        value is string text
            ? " " + YamlText.Inline(text, flow: false, json: false, entry.Node.Style)
            : YamlText.Value(value, place.MapColumn - 1, Step(), LineBreak);

    // The characters that a new value takes the place of: the old one, or all after the colon if that goes over lines.
    (int Start, int End) ValueRange(SourceEntry entry, out string colon)
    {
        var after = SkipBlanks(entry.KeySpan.End);
        var hasColon = after < Text.Length && Text[after] == ':';
        colon = hasColon ? "" : ":";
        after = hasColon ? after + 1 : entry.KeySpan.End;
        var span = entry.Node.Span;
        if (span.Length == 0)
        {
            return (after, after);
        }

        var sameLine = !Text.AsSpan(after, span.Start - after).ContainsAny('\r', '\n');
        return sameLine ? (span.Start, span.End) : (after, span.End);
    }

    void Insert(string[] way, Place place, string key, object? value, string? before)
    {
        switch (place.Node)
        {
            case { Style: NodeStyle.Alias }:
                throw CannotEdit([.. way, key], null);
            case { Style: NodeStyle.Flow, Value: SourceMap map } when map.Entries.Any(static entry => !entry.Inherited):
                InsertInBrackets(place, map, key, value, before);
                break;
            case { Style: NodeStyle.Flow, Value: SourceMap }:
                Splice(place.Node.Span.Start, place.Node.Span.End, $"{{{YamlText.Key(key, place.Json)}: {YamlText.Inline(value, flow: true, place.Json)}}}");
                break;
            case { Value: SourceMap map }:
                InsertLines(place, map, key, value, before);
                break;
            case { Value: null } when place.Entry is null:
                InsertFirst(key, value);
                break;
            default:
                Replace(place, new OrderedDictionary<string, object?> { [key] = value });
                break;
        }
    }

    void InsertInBrackets(Place place, SourceMap map, string key, object? value, string? before)
    {
        var own = map.Entries.Where(static entry => !entry.Inherited).ToList();
        var next = before is null ? -1 : own.FindIndex(entry => entry.Key == before);
        var neighbour = own[next > 0 ? next - 1 : next == 0 ? 0 : ^1];
        var lineStart = LineStart(neighbour.KeySpan.Start);
        var indent = Text[lineStart..neighbour.KeySpan.Start];
        var spread = string.IsNullOrWhiteSpace(indent) && LineStart(place.Node.Span.Start) != lineStart;
        var text = YamlText.Key(key, place.Json) + ": "
            + (spread ? YamlText.Spread(value, indent, JsonStep, place.Json, LineBreak) : YamlText.Inline(value, flow: true, place.Json));
        var separator = spread ? "," + LineBreak + indent : ", ";
        if (next == 0)
        {
            Splice(neighbour.KeySpan.Start, neighbour.KeySpan.Start, text + separator);
        }
        else
        {
            // A key without a value ends with its colon.
            var (start, end) = ValueRange(neighbour, out _);
            var at = Math.Max(Math.Max(start, end), neighbour.KeySpan.End);
            Splice(at, at, separator + text);
        }
    }

    void InsertLines(Place place, SourceMap map, string key, object? value, string? before)
    {
        var own = map.Entries.Where(static entry => !entry.Inherited).ToList();
        var next = before is null ? -1 : own.FindIndex(entry => entry.Key == before);
        var indent = place.Node.Span.Column - 1;
        var text = YamlText.Entry(key, value, indent, Step(), LineBreak);
        if (next == 0)
        {
            var start = StartWithComments(own[0].KeySpan.Start, place.Entry is null);
            Splice(start, start, text);
            return;
        }

        var end = NextLine(next > 0 ? EndOf(own[next - 1]) : EndOf(place.Node));
        var gap = place.Entry is null && next < 0 && IsSpaced(own) && !LastScalar(own[^1].Node).Keeps ? LineBreak : "";
        if (gap.Length > 0 && IsRemainderIdle(end))
        {
            // Comments after the last bot are the file's, not the new bot's.
            end = Text.Length;
        }

        Splice(end, end, (TextLines.IsOpen(Text, end) ? LineBreak : "") + gap + text);
    }

    void InsertFirst(string key, object? value)
    {
        var text = YamlText.Entry(key, value, 0, Step(), LineBreak);
        Splice(Text.Length, Text.Length, (TextLines.IsOpen(Text, Text.Length) ? LineBreak : "") + text);
    }

    void RemoveInPlace(string[] way)
    {
        var place = Place.Of(_document);
        var parent = place;
        foreach (var key in way)
        {
            if (place.Node.Value is not SourceMap map || map.Find(key) is not { } entry)
            {
                return;
            }

            if (entry.Inherited || place.Node.Style == NodeStyle.Alias)
            {
                throw CannotEdit(way, null);
            }

            (parent, place) = (place, place.Into(entry));
        }

        var own = ((SourceMap)parent.Node.Value!).Entries.Where(static entry => !entry.Inherited).ToList();
        if (parent.Node.Style == NodeStyle.Flow)
        {
            RemoveFromBrackets(own, place.Entry!);
        }
        else if (own.Count == 1 && parent.Node.Span.Start == own[0].KeySpan.Start && EndOf(parent.Node) == EndOf(own[0]))
        {
            RemoveOnly(parent, own[0]);
        }
        else
        {
            RemoveLines(place.Entry!);
        }
    }

    // A map without entries must say so, or it would become null; at the root null is as good.
    void RemoveOnly(Place parent, SourceEntry only)
    {
        if (parent.Entry is null)
        {
            RemoveLines(only);
        }
        else
        {
            Replace(parent, new OrderedDictionary<string, object?>());
        }
    }

    void RemoveLines(SourceEntry entry) =>
        Splice(LineStart(entry.KeySpan.Start), NextLine(EndOf(entry)), "");

    void RemoveFromBrackets(List<SourceEntry> own, SourceEntry entry)
    {
        var index = own.IndexOf(entry);
        if (index == own.Count - 1 && index > 0)
        {
            // The comma before it goes too; a comment after that comma belongs to the entry before and stays.
            var start = EndOf(own[index - 1]);
            var between = Text[start..entry.KeySpan.Start];
            var comma = between.IndexOf(',', StringComparison.Ordinal);
            var kept = between.Contains('#', StringComparison.Ordinal) ? between.Remove(comma, 1).TrimEnd() : "";
            Splice(start, EndOf(entry), kept);
            return;
        }

        var end = AfterComma(EndOf(entry));
        Splice(entry.KeySpan.Start, end, end < Text.Length && Text[end] == '#' ? " " : "");
    }

    // The next character that says something after the comma of an entry; the end itself where no comma follows.
    int AfterComma(int end)
    {
        var position = SkipBlanks(end);
        return position < Text.Length && Text[position] == ',' ? SkipBlanks(position + 1) : end;
    }

    int SkipBlanks(int position)
    {
        while (position < Text.Length && char.IsWhiteSpace(Text[position]))
        {
            position++;
        }

        return position;
    }

    // The end of the entry's text; a value that is not there ends with the colon.
    int EndOf(SourceEntry entry) => Math.Max(ValueRange(entry, out _).End, entry.KeySpan.End);

    static int EndOf(SourceNode node) => node.Span.End;

    static SourceNode LastScalar(SourceNode node) =>
        node.Value switch
        {
            SourceMap { Count: > 0 } map when node.Style == NodeStyle.Block => LastScalar(map.Entries[^1].Node),
            SourceList { Count: > 0 } list when node.Style == NodeStyle.Block => LastScalar(list.Nodes[^1]),
            _ => node,
        };

    // Whether the file separates its sections by empty lines.
    bool IsSpaced(List<SourceEntry> own)
    {
        if (own.Count < 2)
        {
            return false;
        }

        var from = NextLine(EndOf(own[^2]));
        return from < own[^1].KeySpan.Start && Text[from..own[^1].KeySpan.Start].Split('\n').SkipLast(1).Any(string.IsNullOrWhiteSpace);
    }

    bool IsRemainderIdle(int from) =>
        Text[from..].Split('\n').All(static line => string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith('#'));

    // Comments directly above a section belong to it, unless they open the file.
    int StartWithComments(int position, bool isRoot)
    {
        var start = LineStart(position);
        if (!isRoot)
        {
            return start;
        }

        var above = start;
        while (above > 0)
        {
            var previous = LineStart(above - 1);
            var line = Text[previous..above].Trim();
            if (line.Length == 0)
            {
                return above;
            }

            if (!line.StartsWith('#'))
            {
                return start;
            }

            above = previous;
        }

        return start;
    }

    int LineStart(int position) => TextLines.StartOf(Text, position);

    int NextLine(int position) => TextLines.After(Text, position);

    // How far the file indents a section.
    int Step()
    {
        if (_document.Root is { Style: NodeStyle.Block, Value: SourceMap root })
        {
            foreach (var entry in root.Entries)
            {
                if (entry.Node is { Style: NodeStyle.Block, Value: SourceMap } && entry.Node.Span.Column > entry.KeySpan.Column)
                {
                    return entry.Node.Span.Column - entry.KeySpan.Column;
                }
            }
        }

        return 2;
    }

    void Splice(int start, int end, string replacement) =>
        _document = YamlReader.Read(string.Concat(Text.AsSpan(0, start), replacement, Text.AsSpan(end)), _document.File);

    ConfigurationEditException CannotEdit(string[] way, Exception? inner)
    {
        var path = way.Aggregate(ConfigurationPath.Root, static (path, key) => path.Child(key));
        return new ConfigurationEditException($"{path} of {_document.File} cannot be changed in its place (it may come from an anchor); change it by hand", inner);
    }

    /// <summary>A node with what is around it.</summary>
    /// <param name="Entry">The entry whose value the node is; null for the root.</param>
    /// <param name="MapColumn">Column of the keys of the map that holds the entry.</param>
    /// <param name="InBrackets">The entry stands inside of brackets.</param>
    /// <param name="Json">Keys around it are in double quotes.</param>
    readonly record struct Place(SourceNode Node, SourceEntry? Entry, int MapColumn, bool InBrackets, bool Json)
    {
        public static Place Of(YamlDocument document) => new(document.Root, null, 1, false, IsJson(document.Root, false));

        public Place Into(SourceEntry entry) =>
            new(entry.Node, entry, entry.KeySpan.Column, InBrackets || Node.Style == NodeStyle.Flow, IsJson(entry.Node, Json));

        static bool IsJson(SourceNode node, bool around) =>
            node is { Style: NodeStyle.Flow, Value: SourceMap { Count: > 0 } map } ? map.Entries.All(static entry => entry.KeyStyle == NodeStyle.DoubleQuoted) : around;
    }
}
