using System.Numerics;
using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration.Tests;

public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("yes", "yes")]
    [InlineData("no", "no")]
    [InlineData("on", "on")]
    [InlineData("off", "off")]
    [InlineData("2024-01-02", "2024-01-02")]
    [InlineData("2024-01-02 10:00:00", "2024-01-02 10:00:00")]
    [InlineData("12:30", "12:30")]
    [InlineData("1_000", "1_000")]
    [InlineData("Infinity", "Infinity")]
    [InlineData("0o", "0o")]
    [InlineData("0o19", "0o19")]
    [InlineData("-x", "-x")]
    [InlineData("1.2.3", "1.2.3")]
    [InlineData("'5'", "5")]
    [InlineData("\"true\"", "true")]
    [InlineData("!!str 5", "5")]
    [InlineData("true", true)]
    [InlineData("FALSE", false)]
    [InlineData("~", null)]
    [InlineData("Null", null)]
    [InlineData("", null)]
    [InlineData("''", "")]
    [InlineData("017", 17L)]
    [InlineData("0o17", 15L)]
    [InlineData("0x1F", 31L)]
    [InlineData("+5", 5L)]
    [InlineData("-7", -7L)]
    [InlineData("0.5", 0.5)]
    [InlineData(".5", 0.5)]
    [InlineData("1.", 1.0)]
    [InlineData("1e3", 1000.0)]
    [InlineData("-.inf", double.NegativeInfinity)]
    public void A_scalar_means_what_the_core_schema_says(string yaml, object? expected)
    {
        var value = Value("k: " + yaml);

        Assert.Equal(expected, value);
        Assert.Equal(expected?.GetType(), value?.GetType());
    }

    [Fact]
    public void A_whole_number_may_have_any_length()
    {
        Assert.Equal(BigInteger.Parse("18446744073709551616"), Value("k: 18446744073709551616"));
        Assert.IsType<BigInteger>(Value("k: 0xFFFFFFFFFFFFFFFFFF"));
        Assert.Equal(long.MaxValue, Value("k: 9223372036854775807"));
    }

    [Fact]
    public void Maps_keep_the_order_of_the_file() =>
        Assert.Equal(["z", "a", "m"], Read("z: 1\na: 2\nm: 3\n").Keys);

    [Fact]
    public void Keys_are_texts_as_they_are_written() =>
        Assert.Equal(["404", "true", "null"], Read("404: a\ntrue: b\nnull: c\n").Keys);

    [Fact]
    public void Every_node_knows_its_place()
    {
        const string text = "# first\r\na: 1\r\nb:\r\n  - x\r\n  - {c: [1, 'two', \"😀\"], d: }\r\n";
        var root = Read(text);

        var list = Assert.IsType<SourceList>(root["b"]);
        Assert.Equal((4, 5), (list.Nodes[0].Span.Line, list.Nodes[0].Span.Column));
        var map = Assert.IsType<SourceMap>(list[1]);
        var items = Assert.IsType<SourceList>(map["c"]).Nodes;
        Assert.Equal("{c: [1, 'two', \"😀\"], d: }", Slice(text, list.Nodes[1].Span));
        Assert.Equal("[1, 'two', \"😀\"]", Slice(text, map.Find("c")!.Node.Span));
        Assert.Equal(["1", "'two'", "\"😀\""], items.Select(node => Slice(text, node.Span)));
        Assert.Equal((5, 20), (items[2].Span.Line, items[2].Span.Column));
        Assert.Equal("", Slice(text, map.Find("d")!.Node.Span));
    }

    [Fact]
    public void A_block_text_ends_with_its_last_line()
    {
        const string text = "a:\n  k: |\n    one\n    two\n\n  # of b\n  b: 1\n";
        var map = Assert.IsType<SourceMap>(Read(text)["a"]);

        Assert.Equal("one\ntwo\n", map["k"]);
        Assert.Equal("|\n    one\n    two", Slice(text, map.Find("k")!.Node.Span));
    }

    [Fact]
    public void A_text_that_keeps_empty_lines_has_them_in_its_place()
    {
        const string text = "a: |+\n  one\n\n\nb: 1\n";
        var map = Read(text);

        Assert.Equal("one\n\n\n", map["a"]);
        Assert.Equal("|+\n  one\n\n", Slice(text, map.Find("a")!.Node.Span));
    }

    [Fact]
    public void Anchors_and_merge_keys_are_plain_data()
    {
        var root = Read("base: &b {x: 1, y: 2}\nalias: *b\nmerged:\n  <<: *b\n  y: 3\nboth:\n  <<: [*b, {z: 4}]\n");

        Assert.Equal(1L, ((SourceMap)root["alias"]!)["x"]);
        Assert.Equal(3L, ((SourceMap)root["merged"]!)["y"]);
        Assert.Equal(1L, ((SourceMap)root["merged"]!)["x"]);
        Assert.Equal(["x", "y", "z"], ((SourceMap)root["both"]!).Keys);
    }

    [Fact]
    public void Aliases_cannot_blow_a_document_up()
    {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        var problem = Fails(text);

        Assert.Contains("aliases", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_has_a_limit() =>
        Assert.Contains("nesting", Fails("k: " + new string('[', 5000) + new string(']', 5000)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a: *nothing\n", 1, 4)]
    [InlineData("a: &a [*a]\n", 1, 8)]
    [InlineData("a: 1\n---\nb: 2\n", 2, 1)]
    [InlineData("[a]: 1\n", 1, 1)]
    [InlineData("a: 'open\n", 1, 4)]
    [InlineData("a: 1\nb: {c: !!]nt 5}\n", 2, 6)]
    public void What_cannot_be_read_is_told_with_its_place(string text, int line, int column)
    {
        var problem = Fails(text);

        Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.Equal(Severity.Error, problem.Severity);
    }

    [Fact]
    public void An_unclosed_bracket_is_named() =>
        Assert.Contains("The [ in line 2, column 4 may not be closed", Fails("x: 1\na: [1\nb: 2\n").Message, StringComparison.Ordinal);

    [Fact]
    public void A_key_given_twice_is_told_with_its_path_and_the_first_one_holds()
    {
        var document = YamlReader.Read("b:\n  p:\n    x: 1\n    x: 2\n", "f");

        var problem = Assert.Single(document.Problems);
        Assert.Equal("f:4:5: error: b.p.x: The key x is given twice; it is already in line 3; expected each key once", problem.ToString());
        Assert.Equal(1L, ((SourceMap)((SourceMap)((SourceMap)document.Root.Value!)["b"]!)["p"]!)["x"]);
    }

    [Theory]
    [InlineData("k: !!python/object:os.system [x]")]
    [InlineData("k: !mine x")]
    [InlineData("k: !!int x")]
    public void A_tag_creates_nothing(string text) =>
        Assert.Contains("tag", Assert.Single(YamlReader.Read(text, "f").Problems).Message, StringComparison.Ordinal);

    [Fact]
    public void Json_is_accepted_also_with_tabs()
    {
        var root = Read("{\n\t\"a\": {\n\t\t\"b\":\t[1, \"x\\t\\\"y\\u00e4\\ud83d\\ude00\\/\"]\n\t}\n}\n");

        Assert.Equal([1L, "x\t\"yä😀/"], (SourceList)((SourceMap)root["a"]!)["b"]!);
    }

    [Fact]
    public void A_tab_as_indentation_of_yaml_is_an_error() =>
        Assert.Contains("tab", Fails("a:\n\t- b\n").Message, StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("a:\n\t- b\n", 2, 1)]
    [InlineData("a:\n  b: 1\n  \tc: 2\n", 3, 3)]
    [InlineData("my-bot:\n  module: x\n\tparameters:\n    path: y\n", 3, 1)]
    [InlineData("# one\n# two\na:\n  b:\n  \t  - c\n", 5, 3)]
    public void The_place_of_a_tab_is_that_of_the_tab(string text, int line, int column)
    {
        var problem = Fails(text);

        Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.Contains("a tab stands in the indentation; expected blanks", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    public void An_empty_document_holds_nothing(string text) =>
        Assert.Null(YamlReader.Read(text, "f").Root.Value);

    static SourceMap Read(string text)
    {
        var document = YamlReader.Read(text, "f");
        Assert.Empty(document.Problems);
        return Assert.IsType<SourceMap>(document.Root.Value);
    }

    static object? Value(string text) => Read(text)["k"];

    static ConfigurationProblem Fails(string text) =>
        Assert.Single(Assert.Throws<ConfigurationFileException>(() => YamlReader.Read(text, "f")).Problems);

    static string Slice(string text, SourceSpan span) => text[span.Start..span.End];
}
