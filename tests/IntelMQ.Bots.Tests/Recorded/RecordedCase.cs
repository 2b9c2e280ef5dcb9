using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntelMQ.Bots.Outputs.Blackhole;

namespace IntelMQ.Bots.Tests.Recorded;

/// <summary>A run of a bot of the original, done again with ours.</summary>
/// <param name="Name">File and line.</param>
/// <param name="Json">The recording, with its places for directories filled in.</param>
sealed record RecordedCase(string Name, JsonObject Json)
{
    /// <summary>Runs all steps.</summary>
    /// <returns>What is different, or null.</returns>
    public async Task<string?> RunAsync()
    {
        BotHarness? bot = null;
        try
        {
            var number = 0;
            foreach (var step in Json["steps"]!.AsArray().OfType<JsonObject>())
            {
                LayOutFiles(step);
                var services = await ServicesAsync(step);
                if (bot is null || step["new_bot"]?.GetValue<bool>() != false)
                {
                    if (bot is not null) await bot.DisposeAsync();
                    bot = BotHarness.ForModule(typeof(BlackholeOutput).Assembly, Json["bot"]!.GetValue<string>(), Parameters(step), services);
                }

                if (await RunStepAsync(bot, step, number++) is { } difference) return difference;
            }

            return null;
        }
        finally
        {
            if (bot is not null) await bot.DisposeAsync();
        }
    }

    async Task<string?> RunStepAsync(BotHarness bot, JsonObject step, int number)
    {
        try
        {
            await bot.StartAsync();
        }
        catch (Exception e) when (e is ConfigurationException or TransientException)
        {
            return step["exception"] is null ? $"does not start: {e.Message}" : null;
        }

        if (step["exception"]?["phase"]?.GetValue<string>() == "init") return "starts, but should not";
        if (step["output"] is null) return null;

        var (sent, failures) = await GiveAllAsync(bot, step);
        return CompareOutput(step, sent, number) ?? CompareFailures(step, failures) ?? CompareFiles(step) ?? CompareCache(step, bot);
    }

    async Task<(List<SentMessage> Sent, int Failures)> GiveAllAsync(BotHarness bot, JsonObject step)
    {
        var sent = new List<SentMessage>();
        var failures = 0;
        var group = Json["group"]!.GetValue<string>();
        var inputs = step["input_text"]?.AsArray().Select(text => text!.GetValue<string>()) ?? step["input"]!.AsArray().Select(Text);
        foreach (var input in group == "collector" ? [""] : inputs.Take(step["iterations"]?.GetValue<int>() ?? 1))
        {
            if (group == "parser" && !input.Contains("\"raw\"", StringComparison.Ordinal))
            {
                // A report without data: the host says so and no parser sees it.
                continue;
            }

            BotRun run;
            try
            {
                run = group == "collector" ? await bot.CollectAsync() : await bot.RunAsync(input);
            }
            catch (Exception e) when (e is not ConfigurationException)
            {
                failures++;
                run = await TakeRestAsync(bot);
            }

            sent.AddRange(run.Sent);
            failures += run.Failed.Count + run.Log.Count(line => line.Level >= BotLogLevel.Error);
        }

        return (sent, failures);
    }

    // What was sent before the exception is only to be had with the next run, which is given nothing.
    static Task<BotRun> TakeRestAsync(BotHarness bot) => bot.RunAsync();

    static string Text(JsonNode? input) => input is JsonObject wrapped && wrapped["$text"] is { } text ? text.GetValue<string>() : input!.ToJsonString();

    Dictionary<string, object?> Parameters(JsonObject step)
    {
        string[] testOnly = ["logging_level", "logging_handler", "testing"];
        return step["parameters"]!.AsObject().Where(p => !testOnly.Contains(p.Key)).ToDictionary(p => p.Key, p => ToObject(p.Value), StringComparer.Ordinal);
    }

    static object? ToObject(JsonNode? node) => node switch
    {
        null => null,
        JsonObject map => map.ToDictionary(p => p.Key, p => ToObject(p.Value), StringComparer.Ordinal),
        JsonArray list => list.Select(ToObject).ToList(),
        _ when node.GetValueKind() == JsonValueKind.String => node.GetValue<string>(),
        _ when node.GetValueKind() is JsonValueKind.True or JsonValueKind.False => node.GetValue<bool>(),
        _ => long.TryParse(node.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? (object)whole : node.GetValue<double>(),
    };

    static void LayOutFiles(JsonObject step)
    {
        foreach (var (path, file) in step["files"]?.AsObject() ?? [])
        {
            if (file!["directory"]?.GetValue<bool>() == true)
            {
                Directory.CreateDirectory(path);
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, file["base64"] is { } bytes ? Convert.FromBase64String(bytes.GetValue<string>()) : Encoding.UTF8.GetBytes(file["text"]?.GetValue<string>() ?? ""));
        }
    }

    static async Task<object[]> ServicesAsync(JsonObject step)
    {
        var time = new FakeTime(DateTimeOffset.Parse(step["now"]?.GetValue<string>() ?? "2020-01-01T00:00:00+00:00", CultureInfo.InvariantCulture));
        var dns = new FakeDns();
        foreach (var query in step["dns"]?.AsArray() ?? [])
        {
            var name = query!["query"]!.GetValue<string>();
            if (query["error"] is { } error)
            {
                if (error["type"]!.GetValue<string>() is not "NXDOMAIN" and not "NoAnswer" && error["errno"]?.GetValue<int>() is null or -3) dns.Fail(name);
                continue;
            }

            foreach (var answer in query["answer"]!.AsArray())
            {
                if (query["type"]!.GetValue<string>() == "TXT") dns.AddText(name, answer!.GetValue<string>());
                else dns[name] = answer!.GetValue<string>();
            }
        }

        var http = new FakeHttp();
        foreach (var request in step["http"]?.AsArray() ?? []) Script(http, request!.AsObject());

        var cache = new MemoryCache(time);
        foreach (var (_, database) in step["redis"]?["before"]?.AsObject() ?? [])
            foreach (var (key, entry) in database!.AsObject())
                await cache.SetAsync(key, entry!["value"]!.GetValue<string>(), null, default);
        return [time, dns, http, cache];
    }

    static void Script(FakeHttp http, JsonObject request)
    {
        var body = request["response"]?["body"] switch
        {
            null => [],
            JsonObject map when map["base64"] is { } base64 => Convert.FromBase64String(base64.GetValue<string>()),
            JsonObject map => Encoding.UTF8.GetBytes(map["text"]!.GetValue<string>()),
            var text => Encoding.UTF8.GetBytes(text.GetValue<string>()),
        };
        http.Answer(request["url"]!.GetValue<string>(), body);
    }

    string? CompareOutput(JsonObject step, List<SentMessage> sent, int number)
    {
        var paths = step["destination_queues"]?.AsArray().Select(p => p!.GetValue<string>()).ToHashSet() ?? ["_default"];
        foreach (var path in paths)
        {
            var expected = step["output"]![path]?.AsArray() ?? [];
            // The host passes on no message without fields, nor a report without data.
            var actual = sent.Where(s => s.Path == path && s.Message.Count > 0 && (Json["group"]!.GetValue<string>() != "collector" || s.Message.Has(Fields.Raw))).ToList();
            if (expected.Count != actual.Count) return $"{path}: {actual.Count} messages instead of {expected.Count}: {string.Join(" | ", actual.Select(s => s.Message))}";
            for (var i = 0; i < actual.Count; i++)
            {
                var difference = CompareMessage(expected[i]!.AsObject(), JsonNode.Parse(actual[i].Message.ToString())!.AsObject(), $"/steps/{number}/output/{path}/{i}");
                if (difference is not null) return $"{path}[{i}]: {difference}";
            }
        }

        return null;
    }

    string? CompareMessage(JsonObject expected, JsonObject actual, string pointer)
    {
        var volatilePaths = Json["volatile_paths"]?.AsArray().Select(p => p!.GetValue<string>()).ToHashSet() ?? [];
        foreach (var key in expected.Select(p => p.Key).Union(actual.Select(p => p.Key)).Where(key => !volatilePaths.Contains($"{pointer}/{key}")))
        {
            var (wanted, found) = (Canonical(expected[key]), Canonical(actual[key]));
            if (wanted != found) return $"{key} is {Readable(key, found)} instead of {Readable(key, wanted)}";
        }

        return null;
    }

    static string Readable(string key, string json)
    {
        if (key != "raw" || json == "null") return json;
        try
        {
            return JsonSerializer.Serialize(Encoding.UTF8.GetString(Convert.FromBase64String(JsonSerializer.Deserialize<string>(json)!)));
        }
        catch (FormatException)
        {
            return json;
        }
    }

    static string Canonical(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject map => $"{{{string.Join(",", map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{JsonSerializer.Serialize(p.Key)}:{Canonical(p.Value)}"))}}}",
        JsonArray list => $"[{string.Join(",", list.Select(Canonical))}]",
        _ when node.GetValueKind() == JsonValueKind.String => JsonSerializer.Serialize(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    string? CompareFailures(JsonObject step, int failures)
    {
        var expected = step["log"]?.AsArray().Count(line => line!["level"]!.GetValue<string>() is "ERROR" or "CRITICAL") ?? 0;
        return failures == expected ? null : $"{failures} errors instead of {expected}";
    }

    static string? CompareFiles(JsonObject step)
    {
        foreach (var (path, file) in step["files_after"]?.AsObject() ?? [])
        {
            if (path.Contains("@ANY", StringComparison.Ordinal) || file!["text"] is not { } text) continue;
            var found = File.Exists(path) ? File.ReadAllText(path) : null;
            if (found != text.GetValue<string>()) return $"{Path.GetFileName(path)} holds {JsonSerializer.Serialize(found)} instead of {text.ToJsonString()}";
        }

        return null;
    }

    static string? CompareCache(JsonObject step, BotHarness bot)
    {
        if (step["redis"]?["after"] is not JsonObject after) return null;
        var expected = after.SelectMany(database => database.Value!.AsObject().Select(p => p.Key)).Order(StringComparer.Ordinal).ToList();
        var found = bot.Cache.Keys.Order(StringComparer.Ordinal).ToList();
        return expected.SequenceEqual(found) ? null : $"the cache has the keys {string.Join(", ", found)} instead of {string.Join(", ", expected)}";
    }
}
