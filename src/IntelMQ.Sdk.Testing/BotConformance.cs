using System.Reflection;
using System.Text;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Sdk.Testing;

/// <summary>
/// What any bot must stand: parameters of wrong types, input that is garbage, cancellation, and being started again. It
/// tells all problems it finds; it cannot tell whether a bot does its work.
/// </summary>
public static class BotConformance
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The full names of the bots of an assembly, for theories.</summary>
    public static IReadOnlyList<string> BotsOf(Assembly bots) => [.. BotCatalogue.Of(bots).Names.Order(StringComparer.Ordinal)];

    /// <summary>Tries a bot.</summary>
    /// <param name="bots">The assembly with the bot.</param>
    /// <param name="module">The full name of the bot.</param>
    /// <param name="parameters">Parameters that the bot can start with; where null, required ones get a value of their type.</param>
    /// <param name="services">Services that replace the fakes.</param>
    /// <returns>The problems, one sentence each; empty when there are none.</returns>
    public static async Task<IReadOnlyList<string>> CheckAsync(Assembly bots, string module, IReadOnlyDictionary<string, object?>? parameters = null, params object[] services)
    {
        var catalogue = BotCatalogue.Of(bots);
        var manifest = catalogue.Manifest(module);
        var trial = new Trial(bots, module, manifest, parameters ?? Samples(manifest), services);
        trial.CheckParameters(catalogue.Registration(module));
        await trial.CheckLifeAsync();
        return trial.Problems;
    }

    static Dictionary<string, object?> Samples(BotManifest manifest) =>
        manifest.Required.ToDictionary(static name => name, name => (object?)Sample((IReadOnlyDictionary<string, object?>)manifest.Parameters[name]!), StringComparer.Ordinal);

    static object Sample(IReadOnlyDictionary<string, object?> schema) => TypeOf(schema) switch
    {
        "boolean" => false,
        "integer" or "number" => schema.GetValueOrDefault("minimum") ?? 1L,
        "array" => new List<object?>(),
        "object" => new Dictionary<string, object?>(),
        _ when schema.GetValueOrDefault("enum") is IReadOnlyList<object?> names => names[0]!,
        _ when schema.GetValueOrDefault("format") is "uri" => "https://example.com/",
        _ => "x",
    };

    /// <summary>What the parameter is; further types that it takes come after the first.</summary>
    static object? TypeOf(IReadOnlyDictionary<string, object?> schema) =>
        schema.GetValueOrDefault("type") is IReadOnlyList<object?> types ? types[0] : schema.GetValueOrDefault("type");

    sealed class Trial(Assembly bots, string module, BotManifest manifest, IReadOnlyDictionary<string, object?> parameters, object[] services)
    {
        public List<string> Problems { get; } = [];

        /// <summary>Each parameter in turn gets a value that no type but "anything" takes, and each required one is left out.</summary>
        public void CheckParameters(BotRegistration registration)
        {
            foreach (var (name, schema) in manifest.Parameters)
            {
                if (WrongFor((IReadOnlyDictionary<string, object?>)schema!) is not { } wrong) continue;
                Expect(registration, new(parameters, StringComparer.Ordinal) { [name] = wrong }, name, "has a value of the wrong type");
            }

            foreach (var name in manifest.Required)
            {
                var without = new Dictionary<string, object?>(parameters, StringComparer.Ordinal);
                without.Remove(name);
                Expect(registration, without, name, "is required and missing");
            }
        }

        static object? WrongFor(IReadOnlyDictionary<string, object?> schema) => TypeOf(schema) switch
        {
            null => null,
            "object" => "a text",
            _ => new Dictionary<string, object?> { ["a"] = "map" },
        };

        void Expect(BotRegistration registration, Dictionary<string, object?> values, string name, string what)
        {
            var reader = new ParameterReader(values);
            try
            {
                _ = registration.Check(reader).Count();
                if (!reader.Errors.Any(e => e.Path == name || e.Path.StartsWith(name + ".", StringComparison.Ordinal) || e.Path.StartsWith(name + "[", StringComparison.Ordinal)))
                    Problems.Add($"The parameter '{name}' {what}, and nobody says so.");
            }
            catch (Exception e)
            {
                Problems.Add($"The parameter '{name}' {what}, and checking throws {e.GetType().Name} ({e.Message}) instead of telling it.");
            }
        }

        public async Task CheckLifeAsync()
        {
            var bot = BotHarness.ForModule(bots, module, parameters, services);
            if (await TryStart("start", bot))
            {
                foreach (var (name, input) in Inputs()) await Try($"given {name}", bot, input);
                await TryCancelled(bot);
                if (await TryStart("start again", bot)) await Guard("disposed", async () => await bot.Bot.DisposeAsync());
            }

            await Guard("disposed after that", async () => await bot.DisposeAsync());
        }

        /// <summary>A bot may refuse to run with made-up parameters, but only by saying so.</summary>
        async Task<bool> TryStart(string what, BotHarness bot)
        {
            try
            {
                await bot.RestartAsync().AsTask().WaitAsync(Patience);
                return true;
            }
            catch (Exception e) when (e is ConfigurationException or TransientException)
            {
                return false;
            }
            catch (TimeoutException)
            {
                Problems.Add($"It does not {what} within {Patience.TotalSeconds} seconds.");
            }
            catch (Exception e)
            {
                Problems.Add($"It cannot {what}: {e.GetType().Name} ({e.Message}). What a user can mend is a ConfigurationException.");
            }

            return false;
        }

        IEnumerable<(string Name, Func<BotHarness, Message?> Input)> Inputs()
        {
            if (manifest.Group == "collectors") yield break;
            if (manifest.Group != "parsers")
            {
                yield return ("an event without fields", static bot => new Event(bot.Format));
                yield return ("a report without fields", static bot => new Report(bot.Format));
                yield break;
            }

            yield return ("a report without data", static bot => new Report(bot.Format));
            yield return ("one line break", static bot => bot.NewReport("\n"u8.ToArray()));
            yield return ("bytes that are no text", static bot => bot.NewReport([.. Enumerable.Range(0, 512).Select(static i => (byte)(i * 7919 >> 3))]));
            yield return ("half a UTF-8 character", static bot => bot.NewReport([0x61, 0x2c, 0xe2, 0x82]));
            yield return ("JSON of another shape", static bot => bot.NewReport("[1, null, {\"a\": [[]]}, \"x\"]"u8.ToArray()));
            yield return ("a line of a million commas", static bot => bot.NewReport(Encoding.UTF8.GetBytes(new string(',', 1_000_000))));
            yield return ("markup that is not closed", static bot => bot.NewReport("<a><b attribute=\"&unknown;\">"u8.ToArray()));
        }

        async Task Try(string what, BotHarness bot, Func<BotHarness, Message?> input)
        {
            await Guard(what, async () =>
            {
                try
                {
                    await bot.GiveAsync(input(bot)!, default);
                }
                catch (Exception e) when (e is not (NullReferenceException or InvalidCastException or IndexOutOfRangeException or OutOfMemoryException))
                {
                    // Refusing is fine: the host dumps the message with this exception.
                    bot.TakeRun();
                }
            });
        }

        async Task TryCancelled(BotHarness bot)
        {
            using var cancelled = new CancellationTokenSource();
            await cancelled.CancelAsync();
            await Guard("cancelled", async () =>
            {
                try
                {
                    if (manifest.Group == "collectors") await bot.CollectAsync(most: 1, cancelled.Token);
                    else await bot.GiveAsync(manifest.Group == "parsers" ? bot.NewReport("x\n"u8.ToArray()) : new Event(bot.Format), cancelled.Token);
                }
                catch (Exception e) when (e is not (NullReferenceException or InvalidCastException or IndexOutOfRangeException))
                {
                    // Ended, which is all that is asked.
                    bot.TakeRun();
                }
            });
        }

        async Task Guard(string what, Func<Task> action)
        {
            try
            {
                await Task.Run(action).WaitAsync(Patience);
            }
            catch (TimeoutException)
            {
                Problems.Add($"When {what}, it does not end within {Patience.TotalSeconds} seconds.");
            }
            catch (Exception e)
            {
                Problems.Add($"When {what}, it throws {e.GetType().Name} ({e.Message}), which is a mistake of the bot rather than a statement about its input.");
            }
        }
    }
}
