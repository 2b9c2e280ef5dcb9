using System.Text;
using IntelMQ.Conformance.Library;
using IntelMQ.Sdk.Testing;

namespace IntelMQ.Conformance.Bots;

/// <summary>Does a recorded run of a bot again with ours.</summary>
static class BotRuns
{
    // What the harness can stand in for; a recording that needs more cannot be run.
    static readonly HashSet<string> Provided = new(StringComparer.Ordinal) { "files", "redis", "http", "dns", "clock" };

    public static async Task<Verdict> RunAsync(RecordedCase recorded, CancellationToken cancellationToken)
    {
        if (!BuiltInBots.Has(recorded.Group)) return Verdict.Missing(BuiltInBots.WhyMissing(recorded.Group));
        var lacking = recorded.Record.ListOrEmpty("needs").Cast<string>().Where(static need => !Provided.Contains(need)).ToList();
        if (lacking.Count > 0) return Verdict.Failed($"the harness cannot provide {string.Join(", ", lacking)}");

        using var place = new RecordingPlace();
        var filled = place.Fill(recorded.Record);
        BotHarness? bot = null;
        RecordedServices? services = null;
        try
        {
            var number = 0;
            foreach (var step in filled.Records("steps"))
            {
                place.LayOut(step);
                var now = await RecordedServices.OfAsync(step, cancellationToken);
                DataFormatClock.Use(now.Time);
                if (bot is not null && step["new_bot"] is false)
                {
                    // The same bot goes on, with the services it has, later.
                    services!.MoveTo(now);
                }
                else
                {
                    services = now;
                    if (bot is not null) await bot.DisposeAsync();
                    bot = BotHarness.ForModule(BuiltInBots.Assembly, recorded.Group, BotParameters.Of(recorded.Group, step), services.All);
                }

                if (await RunStepAsync(bot, filled, step, number++, services, cancellationToken) is { } difference) return difference;
            }

            return Verdict.Passed;
        }
        finally
        {
            if (bot is not null) await bot.DisposeAsync();
        }
    }

    static async Task<string?> RunStepAsync(BotHarness bot, Vector recorded, Vector step, int number, RecordedServices services, CancellationToken cancellationToken)
    {
        var mustNotStart = step.MapOrEmpty("exception").GetValueOrDefault("phase") is "init";
        try
        {
            await bot.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is ConfigurationException or TransientException)
        {
            return mustNotStart ? null : $"does not start: {e.Message}";
        }

        if (mustNotStart) return "starts, but should not";
        if (!step.Has("output")) return null;
        var result = await StepResult.OfAsync(bot, recorded.Text("group")!, Inputs(step), (int)(step["iterations"] as long? ?? 1), services.Time, cancellationToken);
        return new StepComparison(recorded, step, number).Difference(result, services);
    }

    static List<byte[]> Inputs(Vector step) =>
        step.Has("input_text") ? [.. step.List("input_text").Select(static text => Encoding.UTF8.GetBytes((string)text!))] : [.. step.ListOrEmpty("input").Select(Input)];

    static byte[] Input(object? written) => written is IReadOnlyDictionary<string, object?> map
        ? map.GetValueOrDefault("$text") is string text ? Encoding.UTF8.GetBytes(text)
        : map.GetValueOrDefault("$base64") is string base64 ? Convert.FromBase64String(base64)
        : Encoding.UTF8.GetBytes(PythonJson.ToText(FieldValue.From(map), ascii: true))
        : throw new InvalidDataException("A message of the input is neither an object nor a text.");
}
