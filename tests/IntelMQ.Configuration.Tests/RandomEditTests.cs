using System.Globalization;
using System.Text;
using IntelMQ.Configuration.Editing;
using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration.Tests;

/// <summary>Random files in random styles under random changes: what is asked for happens, and nothing else.</summary>
public sealed class RandomEditTests
{
    const int FilesPerSeed = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_change_does_what_it_says_and_touches_no_other_line(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < FilesPerSeed; i++)
        {
            var text = new RandomFile(random).Write();
            for (var step = 0; step < 4; step++)
            {
                text = ChangeOnce(random, text);
            }
        }
    }

    static string ChangeOnce(Random random, string text)
    {
        var document = YamlReader.Read(text, "f");
        Assert.Empty(document.Problems);
        var root = document.Root.Value as SourceMap ?? SourceMap.Empty;
        var way = RandomWay(random, root);
        var editor = new YamlEditor(text, "f");
        object? expected;
        if (random.Next(3) == 0)
        {
            expected = PlainTree.Without(root, way);
            editor.Remove(way);
        }
        else
        {
            var value = RandomFile.Value(random, 2);
            expected = PlainTree.With(root, way, value);
            editor.Set(way, value);
        }

        var after = YamlReader.Read(editor.Text, "f");
        Assert.True(PlainTree.AreEqual(expected, after.Root.Value ?? SourceMap.Empty), Explain(text, way, editor.Text));
        AssertOthersUntouched(document, way, text, editor.Text);
        return editor.Text;
    }

    // An existing way most of the time, one with a new last key else.
    static string[] RandomWay(Random random, SourceMap root)
    {
        var way = new List<string>();
        var map = root;
        while (true)
        {
            if (map.Count == 0 || random.Next(4) == 0)
            {
                way.Add(RandomFile.Key(random));
                return [.. way];
            }

            var entry = map.Entries[random.Next(map.Entries.Count)];
            way.Add(entry.Key);
            if (entry.Node.Value is not SourceMap inner || random.Next(3) == 0)
            {
                return [.. way];
            }

            map = inner;
        }
    }

    static void AssertOthersUntouched(YamlDocument before, string[] way, string text, string changed)
    {
        if (text == changed)
        {
            return;
        }

        var old = Lines(text);
        var now = Lines(changed);
        var head = 0;
        while (head < Math.Min(old.Length, now.Length) && old[head] == now[head])
        {
            head++;
        }

        var tail = 0;
        while (tail < Math.Min(old.Length, now.Length) - head && old[^(tail + 1)] == now[^(tail + 1)])
        {
            tail++;
        }

        var (first, last) = AllowedLines(before, way, text);
        Assert.True(head >= first && old.Length - tail <= last, $"lines {first} to {last} may change\n" + Explain(text, way, changed));
    }

    // The lines (from 0, the last one not included) of the entry; of the whole map where that must change with it.
    static (int First, int Last) AllowedLines(YamlDocument document, string[] way, string text)
    {
        var node = document.Root;
        SourceSpan? key = null;
        foreach (var step in way)
        {
            var parentKey = key;
            if (node.Value is not SourceMap map || map.Find(step) is not { } entry)
            {
                break;
            }

            // The neighbour of a removed entry loses its comma, the map of the last entry becomes {}.
            key = node.Style == NodeStyle.Flow || (map.Count == 1 && parentKey is not null) ? parentKey ?? node.Span : entry.KeySpan;
            var outer = node;
            node = entry.Node;
            if (step == way[^1] && key != entry.KeySpan)
            {
                node = outer;
            }
        }

        if (key is not { } start)
        {
            return (0, Lines(text).Length + 1);
        }

        return (text[..start.Start].Count(static c => c == '\n'), text[..Math.Max(node.Span.End, start.End)].Count(static c => c == '\n') + 2);
    }

    static string[] Lines(string text) => text.Split('\n');

    static string Explain(string before, string[] way, string after) =>
        $"way {string.Join('/', way)}\n--- before\n{before}\n--- after\n{after}";

    sealed class RandomFile(Random random)
    {
        readonly StringBuilder _text = new();
        readonly int _step = random.Next(2) == 0 ? 2 : 4;
        readonly string _lineBreak = random.Next(4) == 0 ? "\r\n" : "\n";

        static readonly string[] Keys = ["a", "b", "cc", "my-bot", "http_url", "rate_limit", "classification.type", "404", "yes", "with space", "ä"];

        static readonly string[] Texts = ["x", "", "yes", "12", "a: b", "#c", "it's", "- d", "line\nline", "https://example.com/?q=[1]", "{x}", "*a", "&b", "!c", "%d", "@e", "`f", "  lead", "trail ", "😀", "\t", "null", "\"q\"", "? k", "|", ">", "a,b", "..."];

        public string Write()
        {
            if (random.Next(6) == 0)
            {
                return Spread(Map(3), "") + "\n";
            }

            Comment(0);
            WriteMap(Map(3), 0);
            return random.Next(5) == 0 ? _text.ToString().TrimEnd('\r', '\n') : _text.ToString();
        }

        public static string Key(Random random) => Keys[random.Next(Keys.Length)];

        public static object? Value(Random random, int depth) =>
            random.Next(depth > 0 ? 10 : 7) switch
            {
                0 => null,
                1 => random.Next(2) == 0,
                2 => (long)random.Next(-5, 100_000),
                3 => random.Next(100) / 8.0,
                4 or 5 or 6 => Texts[random.Next(Texts.Length)],
                7 or 8 => Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1)).ToList(),
                _ => new RandomFile(random).Map(depth - 1),
            };

        OrderedDictionary<string, object?> Map(int depth)
        {
            var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
            for (var i = random.Next(depth > 0 ? 1 : 0, 5); i > 0; i--)
            {
                map[Key(random)] = depth > 1 && random.Next(3) > 0 ? Map(depth - 1) : Value(random, Math.Max(depth - 1, 0));
            }

            return map;
        }

        void WriteMap(IReadOnlyDictionary<string, object?> map, int indent)
        {
            foreach (var (key, value) in map)
            {
                Comment(indent);
                _text.Append(' ', indent).Append(YamlText.Key(key, json: false)).Append(':');
                WriteValue(value, indent);
            }
        }

        void WriteValue(object? value, int indent)
        {
            switch (value)
            {
                case IReadOnlyDictionary<string, object?> { Count: > 0 } map when random.Next(4) > 0:
                    End();
                    WriteMap(map, indent + _step);
                    break;
                case IReadOnlyList<object?> { Count: > 0 } list when random.Next(2) > 0:
                    End();
                    WriteList(list, random.Next(2) == 0 ? indent : indent + _step);
                    break;
                case string text when text.Contains('\n', StringComparison.Ordinal) && random.Next(2) == 0:
                    _text.Append(" |-").Append(_lineBreak);
                    foreach (var line in text.Split('\n'))
                    {
                        _text.Append(' ', indent + _step).Append(line).Append(_lineBreak);
                    }

                    break;
                case null when random.Next(2) == 0:
                    End();
                    break;
                case IReadOnlyDictionary<string, object?> { Count: > 1 } map when random.Next(2) == 0:
                    _text.Append(' ').Append(Spread(map, new string(' ', indent + 1)).Replace("\n", _lineBreak, StringComparison.Ordinal));
                    End();
                    break;
                default:
                    _text.Append(' ', random.Next(1, 3)).Append(YamlText.Inline(value, flow: false, json: false, (NodeStyle)random.Next(3)));
                    End();
                    break;
            }
        }

        void WriteList(IReadOnlyList<object?> list, int indent)
        {
            foreach (var item in list)
            {
                Comment(indent);
                _text.Append(' ', indent).Append("- ").Append(YamlText.Inline(item, flow: false, json: false, (NodeStyle)random.Next(3)));
                End();
            }
        }

        static string Spread(object? value, string indent) => YamlText.Spread(value, indent, "    ", json: true, "\n");

        void End()
        {
            if (random.Next(6) == 0)
            {
                _text.Append(CultureInfo.InvariantCulture, $"  # note {random.Next(100)}");
            }

            _text.Append(_lineBreak);
        }

        void Comment(int indent)
        {
            switch (random.Next(8))
            {
                case 0:
                    _text.Append(' ', indent).Append(CultureInfo.InvariantCulture, $"# about {random.Next(100)}").Append(_lineBreak);
                    break;
                case 1:
                    _text.Append(_lineBreak);
                    break;
                default:
                    break;
            }
        }
    }
}
