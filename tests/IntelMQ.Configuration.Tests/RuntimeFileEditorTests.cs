using System.Runtime.Versioning;
using System.Text.Json;
using IntelMQ.Configuration.Editing;

namespace IntelMQ.Configuration.Tests;

public sealed class RuntimeFileEditorTests
{
    const string File = """
        # My botnet
        global:
          logging_level: "INFO"   # quiet

        # fetches
        my-collector:
          module: intelmq.bots.collectors.http.collector_http
          group: Collector
          enabled: true  # for now
          parameters:
            # where
            http_url: 'https://example.com/'
            columns: # in order
              - a
              # second
              - 'b'
              - c
            destination_queues: {_default: [x-queue], _on_error: [y-queue]}

        # writes
        my-output:
          module: intelmq.bots.outputs.file.output
          parameters:
            text: |
              one
              two
            file: /tmp/x

        # the end

        """;

    [Fact]
    public void Disabling_a_bot_changes_one_word() =>
        Changes(editor => editor.SetEnabled("my-collector", false), "  enabled: true  # for now", "  enabled: false  # for now");

    [Fact]
    public void A_missing_system_key_comes_before_the_parameters() =>
        Changes(editor => editor.SetEnabled("my-output", false), "  module: intelmq.bots.outputs.file.output\n", "  module: intelmq.bots.outputs.file.output\n  enabled: false\n");

    [Fact]
    public void The_quotes_of_a_value_stay()
    {
        Changes(editor => editor.SetParameter("my-collector", "http_url", "https://example.org/"), "'https://example.com/'", "'https://example.org/'");
        Changes(editor => editor.SetGlobal("logging_level", "DEBUG"), "\"INFO\"   # quiet", "\"DEBUG\"   # quiet");
    }

    [Fact]
    public void A_new_parameter_comes_last() =>
        Changes(editor => editor.SetParameter("my-collector", "rate_limit", 3600), "_on_error: [y-queue]}\n", "_on_error: [y-queue]}\n    rate_limit: 3600\n");

    [Fact]
    public void A_removed_parameter_takes_its_lines_along() =>
        Changes(editor => editor.RemoveParameter("my-output", "text"), "    text: |\n      one\n      two\n", "");

    [Fact]
    public void Only_the_items_that_differ_are_written()
    {
        Changes(editor => editor.SetParameter("my-collector", "columns", new[] { "a", "x", "c" }), "- 'b'", "- 'x'");
        Changes(editor => editor.SetParameter("my-collector", "columns", new[] { "a", "b", "c", "d" }), "      - c\n", "      - c\n      - d\n");
        Changes(editor => editor.SetParameter("my-collector", "columns", new[] { "a", "c" }), "      - 'b'\n", "");
        Changes(editor => editor.SetParameter("my-collector", "columns", new[] { "z", "a", "b", "c" }), "      - a\n", "      - z\n      - a\n");
    }

    [Fact]
    public void A_change_inside_of_a_map_stays_inside() =>
        Changes(
            editor => editor.SetParameter("my-collector", "destination_queues", new Dictionary<string, object?> { ["_default"] = new[] { "x-queue", "z-queue" } }),
            "{_default: [x-queue], _on_error: [y-queue]}", "{_default: [x-queue, z-queue]}");

    [Fact]
    public void A_block_text_is_replaced_as_a_whole() =>
        Changes(editor => editor.SetParameter("my-output", "text", "one line"), "text: |\n      one\n      two\n", "text: one line\n");

    [Fact]
    public void A_bot_is_pinned_and_unpinned()
    {
        Changes(editor => editor.SetPackage("my-collector", "Awesome.Bots"), "# for now\n", "# for now\n  package: Awesome.Bots\n");
        Changes(
            editor =>
            {
                editor.SetPackage("my-collector", "Awesome.Bots");
                editor.SetPackage("my-collector", null);
            },
            "", "");
    }

    [Fact]
    public void An_added_bot_looks_like_the_others() =>
        Changes(
            editor => editor.AddBot("new-expert", new Dictionary<string, object?>
            {
                ["group"] = "Expert",
                ["module"] = "intelmq.bots.experts.url.expert",
                ["enabled"] = true,
                ["parameters"] = new Dictionary<string, object?> { ["skip_fields"] = new[] { "a", "yes", "12" }, ["map"] = new Dictionary<string, object?>(), ["note"] = "a: b # c" },
            }),
            "# the end\n",
            """
            # the end

            new-expert:
              group: Expert
              module: intelmq.bots.experts.url.expert
              enabled: true
              parameters:
                skip_fields: [a, 'yes', '12']
                map: {}
                note: 'a: b # c'

            """);

    [Fact]
    public void A_removed_bot_takes_its_lines_along() =>
        Changes(editor => editor.RemoveBot("my-output"), "my-output:\n  module: intelmq.bots.outputs.file.output\n  parameters:\n    text: |\n      one\n      two\n    file: /tmp/x\n", "");

    [Fact]
    public void A_missing_global_section_comes_first()
    {
        var editor = Editor("# Head of the file\n\n# first\na:\n  module: m\n");

        editor.SetGlobal("load_balance", true);

        Assert.Equal("# Head of the file\n\nglobal:\n  load_balance: true\n# first\na:\n  module: m\n", editor.Text);
    }

    [Theory]
    [InlineData("", "b:\n  module: m\n")]
    [InlineData("# only a comment", "# only a comment\nb:\n  module: m\n")]
    [InlineData("{}\n", "{b: {module: m}}\n")]
    [InlineData("a:\n    module: m", "a:\n    module: m\nb:\n    module: m\n")]
    [InlineData("a:\r\n  module: m\r\n", "a:\r\n  module: m\r\nb:\r\n  module: m\r\n")]
    [InlineData("{\"a\": {\"module\": \"m\"}}", "{\"a\": {\"module\": \"m\"}, \"b\": {\"module\": \"m\"}}")]
    [InlineData("{\n    \"a\": {\n        \"module\": \"m\"\n    }\n}\n", "{\n    \"a\": {\n        \"module\": \"m\"\n    },\n    \"b\": {\n        \"module\": \"m\"\n    }\n}\n")]
    [InlineData("{\n\t\"a\": {\n\t\t\"module\": \"m\"\n\t}\n}\n", "{\n\t\"a\": {\n\t\t\"module\": \"m\"\n\t},\n\t\"b\": {\n\t    \"module\": \"m\"\n\t}\n}\n")]
    [InlineData("a: {module: m}\n...\n", "a: {module: m}\nb:\n  module: m\n...\n")]
    [InlineData("a:\n  module: |+\n    m\n\n\n", "a:\n  module: |+\n    m\n\n\nb:\n  module: m\n")]
    public void A_bot_is_added_in_the_style_of_the_file(string before, string after)
    {
        var editor = Editor(before);

        editor.AddBot("b", new Dictionary<string, object?> { ["module"] = "m" });

        Assert.Equal(after, editor.Text);
    }

    [Theory]
    [InlineData("a:\n  parameters:\n", "a:\n  parameters:\n    p: 1\n")]
    [InlineData("a:\n  parameters: # none\n", "a:\n  parameters:\n    p: 1 # none\n")]
    [InlineData("a:\n  parameters: {}\n", "a:\n  parameters: {p: 1}\n")]
    [InlineData("a:\n  parameters: null\n", "a:\n  parameters:\n    p: 1\n")]
    [InlineData("a:\n  module: m\n", "a:\n  module: m\n  parameters:\n    p: 1\n")]
    [InlineData("a: {}\n", "a: {parameters: {p: 1}}\n")]
    [InlineData("a: {parameters: }\n", "a: {parameters: {p: 1} }\n")]
    [InlineData("a: {parameters: {q: }}\n", "a: {parameters: {q:, p: 1 }}\n")]
    [InlineData("a: {parameters: {p: }}\n", "a: {parameters: {p: 1 }}\n")]
    [InlineData("a: {parameters: {p}}\n", "a: {parameters: {p: 1}}\n")]
    [InlineData("a:\n  parameters:\n    p:\n    q: 2\n", "a:\n  parameters:\n    p: 1\n    q: 2\n")]
    [InlineData("a:\n  parameters:\n    p:   # later\n", "a:\n  parameters:\n    p: 1   # later\n")]
    [InlineData("a:\n  parameters:\n    p:\n      - x\n      - y\n    q: 2\n", "a:\n  parameters:\n    p: 1\n    q: 2\n")]
    [InlineData("a:\n  parameters:\n    p:\n    - x\n    q: 2\n", "a:\n  parameters:\n    p: 1\n    q: 2\n")]
    [InlineData("a:\n  parameters:\n    p:\n      'x'\n", "a:\n  parameters:\n    p: 1\n")]
    [InlineData("d: &d {q: 2}\na:\n  parameters:\n    <<: *d\n", "d: &d {q: 2}\na:\n  parameters:\n    <<: *d\n    p: 1\n")]
    [InlineData("d: &d {p: 2}\na:\n  parameters:\n    <<: *d\n", "d: &d {p: 2}\na:\n  parameters:\n    <<: *d\n    p: 1\n")]
    public void A_parameter_is_set_wherever_it_stands(string before, string after)
    {
        var editor = Editor(before);

        editor.SetParameter("a", "p", 1);

        Assert.Equal(after, editor.Text);
    }

    [Theory]
    [InlineData("a:\n  parameters:\n    p: 1\n", "a:\n  parameters: {}\n")]
    [InlineData("a:\n  parameters: {p: 1}\n", "a:\n  parameters: {}\n")]
    [InlineData("a:\n  parameters: {p: 1, }\n", "a:\n  parameters: {}\n")]
    [InlineData("a:\n  parameters: {p: 1, # one\n    q: 2}\n", "a:\n  parameters: { # one\n    q: 2}\n")]
    [InlineData("a:\n  parameters: {q: 2, # two\n    p: 1\n  }\n", "a:\n  parameters: {q: 2 # two\n  }\n")]
    [InlineData("a:\n  parameters: {p: 1, ? q : 2}\n", "a:\n  parameters: {? q : 2}\n")]
    [InlineData("a:\n  parameters:\n    ? p\n    : 1\n    ? q\n    : 2\n", "a:\n  parameters:\n    ? q\n    : 2\n")]
    [InlineData("a:\n  parameters: {p: 1, q: 2}\n", "a:\n  parameters: {q: 2}\n")]
    [InlineData("a:\n  parameters: {q: 2, p: 1}\n", "a:\n  parameters: {q: 2}\n")]
    [InlineData("a:\n  parameters:\n    p: 1\n    q: 2\n", "a:\n  parameters:\n    q: 2\n")]
    [InlineData("a:\n  parameters: {q: 2}\n", "a:\n  parameters: {q: 2}\n")]
    [InlineData("{\n    \"a\": {\n        \"parameters\": {\n            \"q\": 2,\n            \"p\": 1\n        }\n    }\n}\n", "{\n    \"a\": {\n        \"parameters\": {\n            \"q\": 2\n        }\n    }\n}\n")]
    public void A_parameter_is_removed_wherever_it_stands(string before, string after)
    {
        var editor = Editor(before);

        editor.RemoveParameter("a", "p");

        Assert.Equal(after, editor.Text);
    }

    [Theory]
    [InlineData("yes", "'yes'")]
    [InlineData("12", "'12'")]
    [InlineData("2024-01-02", "'2024-01-02'")]
    [InlineData("12:30", "'12:30'")]
    [InlineData("", "''")]
    [InlineData("~", "'~'")]
    [InlineData("- a", "'- a'")]
    [InlineData("it's", "it's")]
    [InlineData("'q'", "'''q'''")]
    [InlineData("#x", "'#x'")]
    [InlineData("a #x", "'a #x'")]
    [InlineData("a:", "'a:'")]
    [InlineData("a\nb\t\"", "\"a\\nb\\t\\\"\"")]
    [InlineData("${env:KEY}", "${env:KEY}")]
    [InlineData("ä ö", "ä ö")]
    [InlineData("😀", "\"😀\"")]
    [InlineData("https://example.com/?a=b&c=[d]", "https://example.com/?a=b&c=[d]")]
    [InlineData("0x1f", "'0x1f'")]
    [InlineData("1e5", "'1e5'")]
    [InlineData("192.0.2.1", "'192.0.2.1'")]
    [InlineData("...", "'...'")]
    public void A_text_is_quoted_only_where_another_reader_could_take_it_for_something_else(string text, string yaml)
    {
        var editor = Editor("a:\n  parameters:\n    p: 1\n");

        editor.SetParameter("a", "p", text);

        Assert.Equal($"a:\n  parameters:\n    p: {yaml}\n", editor.Text);
    }

    [Theory]
    [InlineData(5.0, "5.0")]
    [InlineData(1e30, "1.0E+30")]
    [InlineData(0.1, "0.1")]
    [InlineData(double.NegativeInfinity, "-.inf")]
    [InlineData(double.NaN, ".nan")]
    [InlineData(true, "true")]
    [InlineData(null, "null")]
    [InlineData(-7, "-7")]
    public void Other_values_keep_their_kind(object? value, string yaml)
    {
        var editor = Editor("a:\n  parameters:\n    p: x\n");

        editor.SetParameter("a", "p", value);

        Assert.Equal($"a:\n  parameters:\n    p: {yaml}\n", editor.Text);
    }

    [Fact]
    public void Values_may_come_as_json()
    {
        using var json = JsonDocument.Parse("""{ "list": [1, 2.5, "x"], "map": { "deep": null } }""");
        var editor = Editor("a:\n  parameters:\n    p: x\n");

        editor.SetParameter("a", "p", json.RootElement);

        Assert.Equal("a:\n  parameters:\n    p:\n      list: [1, 2.5, x]\n      map:\n        deep: null\n", editor.Text);
    }

    [Fact]
    public void What_an_anchor_shares_is_not_changed_behind_the_back_of_others()
    {
        var editor = Editor("a: &a\n  module: m\n  parameters: {p: 1}\nb: *a\n");

        var e = Assert.Throws<ConfigurationEditException>(() => editor.SetParameter("a", "p", 2));

        Assert.Equal("a.parameters.p of runtime.yaml cannot be changed in its place (it may come from an anchor); change it by hand", e.Message);
        Assert.Throws<ConfigurationEditException>(() => editor.SetParameter("b", "p", 2));
        Assert.Throws<ConfigurationEditException>(() => editor.RemoveBot("a"));
        Assert.False(editor.IsChanged);
    }

    [Fact]
    public void Impossible_changes_say_why()
    {
        var editor = Editor("my-bot: {module: m}\n");

        Assert.Equal("There is no bot 'my-bto'; did you mean 'my-bot'?", Message(() => editor.SetEnabled("my-bto", true)));
        Assert.Equal("The bot 'my-bot' exists already", Message(() => editor.AddBot("my-bot", new Dictionary<string, object?>())));
        Assert.StartsWith("\"my_bot\" is not a bot id", Message(() => editor.AddBot("my_bot", new Dictionary<string, object?>())), StringComparison.Ordinal);
        Assert.StartsWith("\"global\" is not a bot id", Message(() => editor.AddBot("global", new Dictionary<string, object?>())), StringComparison.Ordinal);
        Assert.StartsWith("'nam' is no key of a bot's section", Message(() => editor.SetSystemKey("my-bot", "nam", "x")), StringComparison.Ordinal);
        Assert.Contains("runtime.yaml:2:1: error: a: The key a is given twice", Message(() => Editor("a: 1\na: 2\n")), StringComparison.Ordinal);

        static string Message(Action action) => Assert.Throws<ConfigurationEditException>(action).Message;
    }

    [Fact, SupportedOSPlatform("linux")]
    public void Saving_keeps_a_copy_and_the_mode_and_writes_only_changes()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("runtime.yaml");
        System.IO.File.WriteAllText(file, "\uFEFFa: {module: m}\r\n");
        System.IO.File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var editor = RuntimeFileEditor.Open(file);

        editor.SetSystemKey("a", "module", "m");
        Assert.False(editor.Save());
        Assert.False(System.IO.File.Exists(file + ".bak"));

        editor.SetEnabled("a", false);
        Assert.True(editor.Save());

        Assert.Equal("\uFEFFa: {module: m, enabled: false}\r\n"u8, System.IO.File.ReadAllBytes(file));
        Assert.Equal("\uFEFFa: {module: m}\r\n"u8, System.IO.File.ReadAllBytes(file + ".bak"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, System.IO.File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, System.IO.File.GetUnixFileMode(file + ".bak"));
        Assert.Equal(["runtime.yaml", "runtime.yaml.bak"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_change_of_somebody_else_is_not_overwritten()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("runtime.yaml");
        System.IO.File.WriteAllText(file, "a: {module: m}\n");
        var editor = RuntimeFileEditor.Open(file);
        editor.SetEnabled("a", false);
        System.IO.File.WriteAllText(file, "a: {module: other}\n");

        Assert.Throws<IOException>(() => editor.Save());

        Assert.Equal("a: {module: other}\n", System.IO.File.ReadAllText(file));
    }

    [Fact]
    public void A_link_to_the_file_stays_a_link()
    {
        using var folder = new TemporaryFolder();
        System.IO.File.WriteAllText(folder.File("real.yaml"), "a: {module: m}\n");
        System.IO.File.CreateSymbolicLink(folder.File("runtime.yaml"), "real.yaml");
        var editor = RuntimeFileEditor.Open(folder.File("runtime.yaml"));

        editor.SetEnabled("a", true);
        editor.Save();

        Assert.NotNull(new FileInfo(folder.File("runtime.yaml")).LinkTarget);
        Assert.Equal("a: {module: m, enabled: true}\n", System.IO.File.ReadAllText(folder.File("real.yaml")));
    }

    static RuntimeFileEditor Editor(string text) => RuntimeFileEditor.Over(text, "runtime.yaml");

    // The change is the replacement of one piece of the file, and nothing else.
    static void Changes(Action<RuntimeFileEditor> change, string old, string replacement)
    {
        var editor = Editor(File);

        change(editor);

        Assert.Equal(old.Length == 0 ? File : File.Replace(old, replacement, StringComparison.Ordinal), editor.Text);
    }
}
