using System.Text;
using IntelMQ.Conformance.Library;
using IntelMQ.Sdk.Testing;

namespace IntelMQ.Conformance.Bots;

/// <summary>Does a recorded run of a bot again with ours.</summary>
static class BotRuns
{
    // What the harness can stand in for; a recording that needs more cannot be run.
    static readonly HashSet<string> Provided = new(StringComparer.Ordinal) { "files", "redis", "http", "dns", "clock", "imap", "socket", "smtp", "sql" };

    public static async Task<Verdict> RunAsync(RecordedCase recorded, CancellationToken cancellationToken)
    {
        if (!BuiltInBots.Has(recorded.Group)) return Verdict.Missing(BuiltInBots.WhyMissing(recorded.Group));
        var lacking = recorded.Record.ListOrEmpty("needs").Cast<string>().Where(static need => !Provided.Contains(need)).ToList();
        if (lacking.Count > 0) return Verdict.Missing($"the harness cannot provide {string.Join(", ", lacking)}");

        using var place = new RecordingPlace();
        var filled = place.Fill(recorded.Record);
        BotHarness? bot = null;
        RecordedServices? services = null;
        RecordedPeer? peer = null;
        RecordedMailbox? mailbox = null;
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
                    if (peer is not null) await peer.DisposeAsync();
                    if (mailbox is not null) await mailbox.DisposeAsync();
                    peer = await RecordedPeer.ForAsync(recorded.Group, step);
                    mailbox = RecordedMailbox.Of(step);
                    var parameters = Parameters(recorded, step, peer);
                    mailbox?.Redirect(parameters);
                    bot = BuiltInBots.Harness(recorded.Group, parameters, services.All);
                }

                var differences = await RunStepAsync(bot, filled, step, number++, services, peer, cancellationToken);
                if (mailbox?.Difference() is { } difference) differences.Add(difference);
                if (differences.Count > 0) return Verdict.Of(differences);
            }

            return Verdict.Passed;
        }
        finally
        {
            if (bot is not null) await bot.DisposeAsync();
            if (peer is not null) await peer.DisposeAsync();
            if (mailbox is not null) await mailbox.DisposeAsync();
        }
    }

    static Dictionary<string, object?> Parameters(RecordedCase recorded, Vector step, RecordedPeer? peer)
    {
        var parameters = BotParameters.Of(step);
        foreach (var (name, value) in peer?.Parameters ?? new Dictionary<string, object?>()) parameters[name] = value;
        return parameters;
    }

    static async Task<List<string>> RunStepAsync(BotHarness bot, Vector recorded, Vector step, int number, RecordedServices services, RecordedPeer? peer, CancellationToken cancellationToken)
    {
        var mustNotStart = step.MapOrEmpty("exception").GetValueOrDefault("phase") is "init";
        try
        {
            await bot.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is ConfigurationException or TransientException)
        {
            return mustNotStart ? [] : [$"does not start: {e.Message}"];
        }

        if (mustNotStart) return ["starts, but should not"];
        if (!step.Has("output")) return [];
        var inputs = Inputs(step);
        var result = peer is RecordedClient client
            ? await StepResult.OfListenerAsync(bot, client, cancellationToken)
            : await StepResult.OfAsync(bot, recorded.Text("group")!, inputs, (int)(step["iterations"] as long? ?? 1), services.Time, cancellationToken);
        var differences = new StepComparison(recorded, step, number, inputs).Differences(result, services, comparesCache: peer is null).ToList();
        if (peer is not null && await peer.DifferenceAsync(cancellationToken) is { } difference) differences.Add(difference);
        return differences;
    }

    static List<byte[]> Inputs(Vector step) =>
        step.Has("input_text") ? [.. step.List("input_text").Select(static text => Encoding.UTF8.GetBytes((string)text!))] : [.. step.ListOrEmpty("input").Select(Input)];

    static byte[] Input(object? written) => written is IReadOnlyDictionary<string, object?> map
        ? map.GetValueOrDefault("$text") is string text ? Encoding.UTF8.GetBytes(text)
        : map.GetValueOrDefault("$base64") is string base64 ? Convert.FromBase64String(base64)
        : Encoding.UTF8.GetBytes(PythonJson.ToText(FieldValue.From(map), ascii: true))
        : throw new InvalidDataException("A message of the input is neither an object nor a text.");
}
