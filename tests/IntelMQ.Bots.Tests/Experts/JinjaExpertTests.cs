using IntelMQ.Bots.Experts.Jinja;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class JinjaExpertTests : IDisposable
{
    const string Message = """
        { "source.ip": "192.0.2.1", "source.port": 80, "feed.name": "acme", "feed.accuracy": 50.0, "source.tor_node": true, "raw": "Zm9v",
          "extra.tags": ["b", "a", "B"], "extra.d": { "k": "v", "n": [1, 2] }, "extra.rows": [{ "g": "x", "v": 2 }, { "g": "y", "v": 1 }, { "g": "x", "v": 3 }] }
        """;

    readonly TemporaryFolder folder = new();

    static BotHarness Bot(string template, bool overwrite = true) =>
        BotHarness.For<JinjaExpert>(new Dictionary<string, object?> { ["fields"] = new Dictionary<string, object?> { ["extra.out"] = template }, ["overwrite"] = overwrite });

    static async Task<string> RenderAsync(string template)
    {
        await using var bot = Bot($"[{template}]");
        return (await bot.RunAsync(Message)).On()[0].Get("extra.out").ToString()[1..^1];
    }

    [Theory]
    [InlineData("{{ msg['source.ip'] }}", "192.0.2.1")]
    [InlineData("{{ msg['nothing'] }}|{{ nothing }}|{{ msg.get('nothing', 'x') }}", "||x")]
    [InlineData("{{ msg['source.port'] }} {{ msg['feed.accuracy'] }} {{ msg['source.tor_node'] }} {{ none }}", "80 50.0 True None")]
    [InlineData("{{ msg['extra.tags'] }} {{ msg['extra.d'] }} {{ (1,) }} {{ {'a': 1.0} }}", "['b', 'a', 'B'] {'k': 'v', 'n': [1, 2]} (1,) {'a': 1.0}")]
    [InlineData("{{ msg['extra.d'].k }} {{ msg['extra.d']['n'][-1] }} {{ msg['extra.tags'].0 }}", "v 2 b")]
    [InlineData("{{ 'abc'[1:] }} {{ 'abc'[::-1] }} {{ [1,2,3][:2] }} {{ 'abc'[5] }}", "bc cba [1, 2] ")]
    [InlineData("{{ msg['raw'] }} {{ 'source.ip' in msg }} {{ 'x' not in msg }}", "Zm9v True True")]
    public Task Values_are_written(string template, string expected) => Check(template, expected);

    static async Task Check(string template, string expected) => Assert.Equal(expected, await RenderAsync(template));

    [Theory]
    [InlineData("{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 70 }}", "7 3 -4 2 3.5 1180591620717411303424")]
    [InlineData("{{ 'a' ~ 1 ~ none }} {{ 'ab' * 2 }} {{ [1] + [2] }} {{ '%s-%03d' % ('a', 7) }}", "a1None abab [1, 2] a-007")]
    [InlineData("{{ 1 < 2 < 3 }} {{ 1 == 1.0 }} {{ 'a' < 'b' }} {{ not 1 }} {{ 0 or 'x' }} {{ 1 and 'y' }}", "True True True False x y")]
    [InlineData("{{ 'a' if false else 'b' }}{{ 'c' if false }}", "b")]
    [InlineData("{{ -1 | abs }} {{ (-1) | abs }} {{ - 2 ** 2 }}", "1 1 4")]
    [InlineData("{{ 5 is odd }} {{ 5 is not divisibleby 2 }} {{ msg.x is defined }} {{ 3 is in [1, 3] }} {{ none is none }}", "True True False True True")]
    public Task Expressions_have_values(string template, string expected) => Check(template, expected);

    [Theory]
    [InlineData("{% if msg.x %}a{% elif msg['source.port'] > 50 %}b{% else %}c{% endif %}", "b")]
    [InlineData("{% for k, v in msg.items() if k.startswith('source.') %}{{ loop.index }}:{{ k }}={{ v }}{% if not loop.last %},{% endif %}{% endfor %}", "1:source.ip=192.0.2.1,2:source.port=80,3:source.tor_node=True")]
    [InlineData("{% for x in [] %}a{% else %}none{% endfor %}", "none")]
    [InlineData("{% for x in [1, [2, [3]]] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}{% endif %}{% endfor %}", "1(2(3))")]
    [InlineData("{% for x in 'abc' %}{{ loop.cycle('o', 'e') }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.revindex }} {% endfor %}", "ob3 eac2 ob1 ")]
    [InlineData("{% set n = namespace(c=0) %}{% for x in [1, 2] %}{% set n.c = n.c + x %}{% set y = x %}{% endfor %}{{ n.c }}{{ y }}", "3")]
    [InlineData("{% set a, b = 1, 2 %}{{ b }}{{ a }}{% set c | upper %}x{{ a }}{% endset %}{{ c }}", "21X1")]
    [InlineData("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}", "3")]
    [InlineData("{% macro m(a, b='z') %}<{{ a }}{{ b }}{{ varargs }}>{% endmacro %}{{ m(1) }}{{ m(1, b=2) }}{{ m(1, 2, 3) }}", "<1z()><12()><12(3,)>")]
    [InlineData("{% macro m() %}({{ caller(5) }}){% endmacro %}{% call(x) m() %}a{{ x }}{% endcall %}", "(a5)")]
    [InlineData("{% filter upper | replace('B', '-') %}abc{% endfilter %}", "A-C")]
    [InlineData("{% raw %}{{ a }}{% b %}{% endraw %}{# comment {{ #}", "{{ a }}{% b %}")]
    [InlineData("{% set j = joiner('; ') %}{% for x in [1, 2] %}{{ j() }}{{ x }}{% endfor %} {% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}", "1; 2 aba")]
    [InlineData("a \n {%- if true -%} \n b \n {%- endif %} c", "ab c")]
    [InlineData("a\n{% if true %}\nb\n{% endif %}\n", "a\n\nb\n\n")]
    public Task Statements_write_and_set(string template, string expected) => Check(template, expected);

    [Theory]
    [InlineData("{{ 'a-bC d' | title }} {{ 'aBC' | capitalize }} {{ ' x ' | trim }} {{ 'aab' | replace('a', 'x', 1) }}", "A-Bc D Abc x xab")]
    [InlineData("{{ nothing | default('d') }} {{ '' | default('d') }} {{ '' | d('d', true) }} {{ none | default('d') }}", "d  d None")]
    [InlineData("{{ [3, 1, 2] | sort }} {{ msg['extra.tags'] | sort }} {{ msg['extra.tags'] | unique | join(',') }} {{ [1, 2] | reverse | list }}", "[1, 2, 3] ['a', 'b', 'B'] b,a [2, 1]")]
    [InlineData("{{ [1, 5, 2] | max }} {{ [] | max }} {{ [1, 2] | sum }} {{ [] | first }} {{ [1, 2] | last }} {{ 'abc' | length }}", "5  3  2 3")]
    [InlineData("{{ msg['extra.rows'] | map(attribute='v') | join('+') }} {{ msg['extra.rows'] | selectattr('g', 'equalto', 'x') | sum(attribute='v') }}", "2+1+3 5")]
    [InlineData("{% for g, rows in msg['extra.rows'] | groupby('g') %}{{ g }}:{{ rows | length }} {% endfor %}", "x:2 y:1 ")]
    [InlineData("{{ [1, 2, 3, 4] | select('even') | list }} {{ ['a', 'b'] | map('upper') | list }} {{ [0, 1] | reject | list }}", "[2, 4] ['A', 'B'] [0]")]
    [InlineData("{{ [1, 2, 3] | batch(2, 0) | list }} {{ [1, 2, 3] | slice(2) | list }} {{ {'b': 1, 'a': 2} | dictsort }}", "[[1, 2], [3, 0]] [[1, 2], [3]] [('a', 2), ('b', 1)]")]
    [InlineData("{{ '5' | int + 1 }} {{ 'x' | int(7) }} {{ '1.5' | float }} {{ 2.5 | round }} {{ 2.345 | round(1, 'floor') }} {{ 1500 | filesizeformat }}", "6 7 1.5 2.0 2.3 1.5 kB")]
    [InlineData("{{ {'a': [1, '<&>']} | tojson }} {{ '<a>' | e }} {{ 'a b/c?' | urlencode }} {{ {'a': 'x y'} | urlencode }}", "{\"a\": [1, \"\\u003c\\u0026\\u003e\"]} &lt;a&gt; a%20b/c%3F a=x+y")]
    [InlineData("{{ 'one two three' | truncate(9, leeway=0) }}|{{ 'ab' | center(6) }}|{{ 'a\\nb' | indent(2) }}|{{ 'aa bb cc' | wordwrap(5) }}", "one...|  ab  |a\n  b|aa bb\ncc")]
    [InlineData("{{ '<b>x</b>  y' | striptags }} {{ 'a b' | wordcount }} {{ '%s!' | format('x') }} {{ {'a': 1, 'b': none} | xmlattr }}", "x y 2 x!  a=\"1\"")]
    [InlineData("{{ 'a,b'.split(',') }} {{ ' a  b c'.split(none, 1) }} {{ 'a.b.c'.rsplit('.', 1) }} {{ 'x'.join(['a', 1]) }} {{ 'abc'.find('c') }}", "['a', 'b'] ['a', 'b c'] ['a.b', 'c'] ax1 2")]
    [InlineData("{{ 'a-{}-{n}'.format(1, n=2) }} {{ 'a:b'.partition(':') }} {{ '7'.zfill(3) }} {{ range(1, 6, 2) | list }} {{ dict(a=1).items() | list }}", "a-1-2 ('a', ':', 'b') 007 [1, 3, 5] [('a', 1)]")]
    [InlineData("{{ 2.675 | round(2) }} {{ 0.5 | round }} {{ 7 | round }} {{ 42 | round(-1) }} {{ 'inf' | float }} {{ 2.5 is odd }}", "2.67 0.0 7 40 inf False")]
    [InlineData("{{ '%(a)s-%(b)03d' % {'a': 'x', 'b': 5} }} {{ 2 * (1, 'x') }} {{ ''.splitlines() }} {{ none | select | list }} {{ {'a': 1}[1:] }}", "x-005 (1, 'x', 1, 'x') [] [] ")]
    public Task Filters_and_methods_change_values(string template, string expected) => Check(template, expected);

    [Theory]
    [InlineData("{{ nothing.x }}", "'nothing' is undefined")]
    [InlineData("{{ msg['x'] + 1 }}", "no item 'x'")]
    [InlineData("{{ 1 / 0 }}", "division by zero")]
    [InlineData("{{ 1 + 'a' }}", "has no meaning")]
    [InlineData("{{ 'a'() }}", "cannot be called")]
    [InlineData("{{ (1, 'x') | sort }}", "have no order")]
    [InlineData("{{ nothing | int }}", "'nothing' is undefined")]
    [InlineData("{{ [1] + (2,) }}", "has no meaning")]
    [InlineData("{{ 'x' * 99999999 }}", "too many")]
    [InlineData("{{ 9 ** 99999 }}", "too large")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "levels deep")]
    [InlineData("{% for a, b in [1] %}{% endfor %}", "has no items")]
    [InlineData("{% for a in range(10000) %}{{ 'x' * 10000 }}{% endfor %}", "longer than")]
    public async Task What_has_no_value_fails_the_message(string template, string expected)
    {
        await using var bot = Bot(template);

        var error = await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync(Message));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\n{{ 1 + }}", "line 2: Expected an expression")]
    [InlineData("{% if x %}", "line 1: Expected '{% elif %}' or '{% else %}' or '{% endif %}'; found the end of the template.")]
    [InlineData("{% nonsense %}", "There is no statement 'nonsense'")]
    [InlineData("{{ x | nonsense }}", "There is no filter 'nonsense'")]
    [InlineData("{{ x is nonsense }}", "There is no test 'nonsense'")]
    [InlineData("{{ 'x }}", "A text has no closing quote")]
    [InlineData("{{ x", "'}}' is missing")]
    [InlineData("{{ x ! }}", "The character '!' has no meaning")]
    [InlineData("{% include 'x' %}", "needs other templates")]
    [InlineData("{% endif %}", "There is no statement 'endif'")]
    [InlineData("file:///nothing/there.j2", "cannot be read")]
    public async Task A_template_with_an_error_is_told_with_its_line_before_the_start(string template, string expected)
    {
        await using var bot = Bot(template);

        Assert.Contains(bot.Check(), result => result.Parameter == "fields" && result.Message.Contains(expected, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Too_many_brackets_are_an_error()
    {
        await using var bot = Bot("{{ " + new string('(', 100_000) + "1" + new string(')', 100_000) + " }}");

        Assert.Contains(bot.Check(), result => result.Message.Contains("nested too deeply", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_template_can_stand_in_a_file_and_an_empty_result_adds_nothing()
    {
        var file = folder.Write("event.j2", "{{ msg['comment'] }}\n");
        await using var bot = Bot($"file:///{file}", overwrite: false);

        (await bot.RunAsync("""{ "comment": "x" }""", """{ "source.port": 80 }""", """{ "comment": "x", "extra.out": "mine" }""")).ShouldSend(
            """{ "comment": "x", "extra.out": "x" }""", """{ "source.port": 80 }""", """{ "comment": "x", "extra.out": "mine" }""");
    }

    public void Dispose() => folder.Dispose();
}
