using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntelMQ.Sdk.Tests.Texts;

/// <summary>What shows through of the original's language, compared with the language itself on random input.</summary>
public sealed class AgainstPythonTests
{
    const int Cases = 1500;

    readonly Random _random = new(3);

    [Fact]
    public async Task Regular_expressions_match_the_same_code_points()
    {
        string[] atoms =
        [
            "a", "b", ".", ".", "😀", "[^a]", "[a-c]", "[😀-😎]", "[^😀]", @"\W", @"\w", @"\S", @"\D", @"\d", @"\s", @"[\Wa]", @"[^\W]", "[a😀]", "(a|.)", "(?:.b)", "(?s:.)", "(?s:a.)",
            @"[^\n]", @"\U0001F600", @"[\U0001F600-\U0001F64F]", "[b-😀]", @"[\S ]", @"[^\s]", @"[^\d😀]", "-", "[]-a]", "[^]a]", @"[\]^-]", @"[+--]", "é", "(.)(b)", @"[\w-]", @"\.", @"[.]", "_",
        ];
        string[] quantifiers = ["", "", "", "*", "+", "?", "{1,2}", "{,2}", "*?"];
        var questions = Enumerable.Range(0, Cases).Select(_ => new JsonArray(
            (_random.Next(4) == 0 ? "^" : "") + string.Concat(Some(4, () => Pick(atoms) + Pick(quantifiers))) + (_random.Next(4) == 0 ? "$" : ""), Text("abc😀😁\n -_é1字.]·^")));

        await CompareAsync(questions, """
            import re, warnings
            warnings.simplefilter('ignore')
            def answer(pattern, text):
                match = re.search(pattern, text)
                return list(match.span()) if match else None
            """, static (pattern, text) =>
        {
            var match = PythonRegex.Compile(pattern).Match(text);
            return match.Success ? new JsonArray(Points(text, match.Index), Points(text, match.Index + match.Length)) : null;
        });
    }

    static int Points(string text, int units) => text[..units].EnumerateRunes().Count();

    [Fact]
    public async Task Texts_are_escaped_the_same_in_JSON_and_in_literals() =>
        await CompareAsync(Texts("a\"'\\/\u0000\u0007\b\f\n\r\t\u001f\u007f\u0080\u00a0\u00adéß字😀\u2028\u200b\ue000\ufeff"), """
            import json
            def answer(text, _):
                return [json.dumps(text), json.dumps(text, ensure_ascii=False), repr(text), text.strip(), text.lower(), text.upper()]
            """, static (text, _) => new JsonArray(
                PythonJson.ToText(text, ascii: true), PythonJson.ToText(text, ascii: false), PythonText.Repr(text), PythonText.Strip(text), PythonCase.Lower(text), PythonCase.Upper(text)));

    [Fact]
    public async Task Addresses_and_networks_are_read_the_same() =>
        await CompareAsync(Texts("0123456789.:/abfF%x ", 14).Concat(Mutations("192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "fe80::1%eth0", "10.0.0.0/255.0.0.0", "1:2:3:4:5:6:7:8")), """
            import ipaddress
            def answer(text, _):
                address = network = None
                try: address = ipaddress.ip_address(text.split('%')[0] if '%' in text else text).compressed if '%' not in text else None
                except ValueError: pass
                try: network = str(ipaddress.ip_network(text, strict=False)) if '%' not in text else None
                except ValueError: pass
                return [address, network]
            """, static (text, _) => new JsonArray(
                !text.Contains('%', StringComparison.Ordinal) && IpText.TryParse(text, out var number, out var version) ? IpText.Format(number, version) : null,
                !text.Contains('%', StringComparison.Ordinal) && IpNetworkText.TryParse(text, out var network) ? network.Format("") : null));

    // What may stand in brackets and behind them differs between versions of that language.
    [Fact]
    public async Task URLs_are_split_the_same() =>
        await CompareAsync(Texts("htp:/?#@%. ab1\t\nü", 16).Concat(Mutations("http://user:pw@example.com:80/a/b?c=d#e", "hxxps://192.0.2.1:443/x", "ftp://a.b//c;d?e?f##g", "//host/path", "mailto:a@b")), """
            from urllib.parse import urlsplit
            def answer(text, _):
                return list(urlsplit(text))
            """, static (text, _) => UrlText.TrySplit(text, out var url)
                ? new JsonArray(url.Scheme.ToString().ToLowerInvariant(), url.Authority.ToString(), url.Path.ToString(), url.Query.ToString(), url.Fragment.ToString())
                : throw new FormatException());

    [Fact]
    public async Task Names_are_encoded_the_same() =>
        await CompareAsync(Texts("aA1-._üÄß字ñ\u200d。é", 12), """
            def answer(text, _):
                return text.encode('idna').decode()
            """, static (text, _) => Idna.ToAscii(text) ?? throw new FormatException());

    [Fact]
    public async Task CSV_is_read_the_same_in_strict_dialects_with_escapes() =>
        await CompareAsync(Texts("a,\"\\\n\r |", 10), """
            import csv, io
            def answer(text, _):
                return list(csv.reader(io.StringIO(text, newline=''), strict=True, escapechar='\\', doublequote=len(text) % 2 == 0))
            """, static (text, _) =>
        {
            var reader = new CsvReader(Encoding.UTF8.GetBytes(text), new CsvDialect { Strict = true, Escape = '\\', DoubleQuote = text.Length % 2 == 0 }, strip: false);
            var rows = new JsonArray();
            try
            {
                for (var row = new CsvRow(); reader.Read(row);) rows.Add(new JsonArray([.. row.Select(static cell => (JsonNode?)cell)]));
            }
            catch (CsvException e)
            {
                throw new FormatException(e.Message, e);
            }

            return rows;
        });

    T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    List<T> Some<T>(int most, Func<T> one) => [.. Enumerable.Range(0, _random.Next(most) + 1).Select(_ => one())];

    string Text(string alphabet, int most = 8)
    {
        var runes = alphabet.EnumerateRunes().ToList();
        return string.Concat(Some(most, () => Pick(runes).ToString()));
    }

    List<JsonArray> Texts(string alphabet, int most = 8) => [.. Enumerable.Range(0, Cases).Select(_ => new JsonArray(Text(alphabet, most), ""))];

    List<JsonArray> Mutations(params string[] texts) => [.. Enumerable.Range(0, Cases).Select(_ =>
    {
        var text = new StringBuilder(Pick(texts));
        foreach (var at in Some(3, () => _random.Next(text.Length))) text[at] = Pick("0123456789.:/%a@#?- ".ToCharArray());
        return new JsonArray(text.ToString(), "");
    })];

    /// <param name="questions">Pairs of texts.</param>
    /// <param name="script">Defines <c>answer(first, second)</c>.</param>
    /// <param name="ours">The same here; an exception stands for an exception there.</param>
    static async Task CompareAsync(IEnumerable<JsonArray> questions, string script, Func<string, string, JsonNode?> ours)
    {
        var asked = questions.ToList();
        var answers = await AskAsync(asked, script);
        var differences = new List<string>();
        for (var i = 0; i < asked.Count; i++)
        {
            string ourAnswer;
            try
            {
                ourAnswer = ours((string)asked[i][0]!, (string)asked[i][1]!)?.ToJsonString() ?? "null";
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                ourAnswer = "\"error\"";
            }

            if (ourAnswer != answers[i]) differences.Add($"{asked[i].ToJsonString()}: {ourAnswer} instead of {answers[i]}");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {asked.Count} are different:\n{string.Join('\n', differences.Take(20))}");
    }

    static async Task<List<string>> AskAsync(List<JsonArray> questions, string script)
    {
        var program = script + """

            import json, sys
            for line in sys.stdin:
                try: result = answer(*json.loads(line))
                except Exception: result = 'error'
                print(json.dumps(result))
            """;
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", program]) { RedirectStandardInput = true, RedirectStandardOutput = true, StandardInputEncoding = new UTF8Encoding(false), StandardOutputEncoding = Encoding.UTF8 })!;
        var reading = python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        foreach (var question in questions) await python.StandardInput.WriteLineAsync(question.ToJsonString());
        python.StandardInput.Close();
        var lines = (await reading).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(questions.Count, lines.Length);
        // Both written by one writer, so that they can be compared as texts.
        return [.. lines.Select(static line => JsonNode.Parse(line)?.ToJsonString() ?? "null")];
    }
}
