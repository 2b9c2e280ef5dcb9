using System.Globalization;
using System.Text;
using System.Text.Json;
using IntelMQ.Extensions;

namespace IntelMQ.Cli.Tests;

/// <summary>What <c>check</c> says about the parameters of every bot that comes along, as its manifest documents them.</summary>
public sealed class BotParametersTests : IAsyncDisposable
{
    static readonly IReadOnlyList<BotManifest> Bots =
    [
        .. Directory.EnumerateFiles(Path.Combine(Path.GetDirectoryName(ProgramRun.Program)!, "bundled"), "extension.json", SearchOption.AllDirectories)
            .SelectMany(file => ManifestReader.ReadFile(file).Bots).OrderBy(bot => bot.Name, StringComparer.Ordinal),
    ];

    readonly TestInstallation _installation = new();

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task Every_bot_with_all_its_documented_parameters_is_accepted()
    {
        var file = new RuntimeText();
        foreach (var bot in Bots) file.Add(bot, bot.Parameters.Where(parameter => parameter.Required || parameter.Default is not null).Select(parameter => (parameter.Name, parameter.Default?.GetRawText() ?? Plausible(parameter))));

        var problems = await CheckAsync(file);

        // Files, certificates and keys that a default names are not there; a value of the wrong kind is what must not be told.
        List<string> refused = [.. problems.Where(line => line.Contains(": error: ", StringComparison.Ordinal))];
        Assert.True(refused.Count == 0, string.Join('\n', refused));
        Assert.True(Bots.Count > 100, $"Only {Bots.Count} bots come along.");
    }

    [Fact]
    public async Task A_wrong_value_of_every_parameter_is_refused_where_it_stands()
    {
        var file = new RuntimeText();
        var wrong = Bots.SelectMany(bot => bot.Parameters.Select(parameter => (Bot: bot, Parameter: parameter, Value: Wrong(parameter)))).Where(one => one.Value is not null)
            .Select(one => (one.Bot, one.Parameter, Line: file.Add(one.Bot, [(one.Parameter.Name, one.Value!)]))).ToList();

        var problems = await CheckAsync(file);

        var refused = problems.Select(line => line.Split(':')).Where(parts => parts.Length > 2 && parts[0] == _installation.RuntimeFile).Select(parts => parts[1]).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(wrong.Where(one => !refused.Contains(one.Line.ToString(CultureInfo.InvariantCulture))).Select(one => $"{one.Bot.Name}: {one.Parameter.Name} ({one.Parameter.Schema.GetRawText()})"));
        Assert.True(wrong.Count > 500, $"Only {wrong.Count} parameters have a type.");
    }

    async Task<string[]> CheckAsync(RuntimeText file)
    {
        _installation.Runtime = file.ToString();
        var run = await _installation.RunAsync("check");
        return (run.Out + run.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    static string Plausible(ParameterManifest parameter) => parameter.Type switch
    {
        "integer" or "number" => "1",
        "boolean" => "true",
        "array" => "[]",
        "object" => "{}",
        _ => parameter.Choices is [var first, ..] ? first : "https://example.com/",
    };

    /// <summary>Null where every value is of the right kind.</summary>
    static string? Wrong(ParameterManifest parameter) => parameter.Type switch
    {
        null => null,
        _ when parameter.Choices.Count > 0 => "neither",
        "integer" or "number" => "many",
        "boolean" => "perhaps",
        "object" => "[1]",
        _ => "{wrong: true}",
    };

    /// <summary>A runtime configuration with a parameter per line.</summary>
    sealed class RuntimeText
    {
        readonly StringBuilder _text = new();
        int _bots;
        int _lines;

        /// <returns>The line of the last parameter, from 1.</returns>
        public int Add(BotManifest bot, IEnumerable<(string Name, string Value)> parameters)
        {
            Line($"bot-{_bots++}:");
            foreach (var key in (string[])[$"group: {bot.Group.ToString()[..^1]}", "name: one", "description: one", "enabled: true", "run_mode: continuous", $"module: {bot.Name}", "parameters:"]) Line($"  {key}");
            Line("    destination_queues: {_default: [bot-0-queue]}");
            foreach (var (name, value) in parameters) Line($"    {name}: {value}");
            return _lines;
        }

        void Line(string line)
        {
            _text.Append(line).Append('\n');
            _lines++;
        }

        public override string ToString() => _text.ToString();
    }
}
