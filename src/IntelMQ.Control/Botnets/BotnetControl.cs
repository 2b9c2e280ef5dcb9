using IntelMQ.Configuration;
using IntelMQ.Control.Hosting;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Botnets;

/// <summary>Result of a command on one bot.</summary>
/// <param name="Word">How the bot is afterwards.</param>
/// <param name="Good">Whether that is what was wanted.</param>
sealed record BotResult(BotWord Word, bool Good);

/// <summary>Result of a command on several bots.</summary>
/// <param name="Words">How each is afterwards, in the order of ids.</param>
/// <param name="Good">Whether that is what was wanted.</param>
sealed record BotnetResult(IReadOnlyDictionary<string, BotWord> Words, bool Good);

/// <summary>Starts, stops, reloads bots and tells how they are, with or without a running host.</summary>
/// <param name="configuration">The configuration as it is now.</param>
/// <param name="gateway">Finds the host.</param>
/// <param name="output">Is told what happens.</param>
sealed class BotnetControl(RuntimeConfiguration configuration, IHostGateway gateway, IControlOutput output)
{
    public async Task<BotResult> StartAsync(BotConfiguration bot, CancellationToken cancellationToken)
    {
        await using var found = await gateway.FindAsync(cancellationToken);
        if (await WordAsync(found, bot, cancellationToken) == BotWord.Running) return Tell(bot, BotWord.Running, null, BotWord.Running);

        output.Say(BotLogLevel.Info, BotTexts.Starting(bot.Id));
        await using var started = found is null ? await gateway.StartAsync(cancellationToken) : null;
        var host = found ?? started!;
        await host.StartAsync([bot.Id], cancellationToken);
        var status = await StatusOfAsync(host, bot, cancellationToken);
        return Tell(bot, BotWords.Of(status?.State, bot.Enabled), status, BotWord.Running);
    }

    public async Task<BotResult> StopAsync(BotConfiguration bot, CancellationToken cancellationToken)
    {
        await using var host = await gateway.FindAsync(cancellationToken);
        if (host is null || !IsActive(await StatusOfAsync(host, bot, cancellationToken))) return WasNotRunning(bot);

        output.Say(BotLogLevel.Info, BotTexts.Stopping(bot.Id));
        await host.StopAsync([bot.Id], cancellationToken);
        return AfterStop(bot, await StatusOfAsync(host, bot, cancellationToken));
    }

    BotResult WasNotRunning(BotConfiguration bot)
    {
        if (!bot.Enabled) return new(BotWord.Disabled, Good: true);
        output.Say(BotLogLevel.Error, BotTexts.NotRunning(bot.Id));
        return new(BotWord.Stopped, Good: true);
    }

    BotResult AfterStop(BotConfiguration bot, BotStatus? status)
    {
        var word = BotWords.Of(status?.State, enabled: true);
        if (word == BotWord.Running) output.Say(BotLogLevel.Error, BotTexts.StillRunning(bot.Id));
        else output.Say(BotLogLevel.Info, BotTexts.Stopped(bot.Id));
        TellAbandoned(status);
        return new(word, word == BotWord.Stopped && status?.Abandoned is null or 0);
    }

    /// <summary>A bot that did not stop and was given up: nothing comes of it any more, but it is not gone.</summary>
    void TellAbandoned(BotStatus? status)
    {
        if (status is { Abandoned: > 0, Reason: { } reason }) output.Say(BotLogLevel.Error, $"{status.Id}: {reason}");
    }

    public async Task<(BotResult Stopped, BotResult? Started)> RestartAsync(BotConfiguration bot, CancellationToken cancellationToken)
    {
        output.Say(BotLogLevel.Info, BotTexts.Restarting(bot.Id));
        var stopped = await StopAsync(bot, cancellationToken);
        // One that was abandoned hinders no other run of it.
        return stopped.Word != BotWord.Running ? (stopped, await StartAsync(bot, cancellationToken)) : (stopped, null);
    }

    public async Task<BotResult> ReloadAsync(BotConfiguration bot, CancellationToken cancellationToken)
    {
        await using var host = await gateway.FindAsync(cancellationToken);
        var word = await WordAsync(host, bot, cancellationToken);
        if (host is null || word != BotWord.Running)
        {
            if (word == BotWord.Disabled) return Tell(bot, word, null, BotWord.Running);
            output.Say(BotLogLevel.Error, BotTexts.NotRunning(bot.Id));
            return new(word, Good: false);
        }

        Tell(bot, word, null, BotWord.Running);
        output.Say(BotLogLevel.Info, BotTexts.Reloading(bot.Id));
        await host.ReloadAsync([bot.Id], cancellationToken);
        var status = await SettledAsync(host, bot, cancellationToken);
        return Tell(bot, BotWords.Of(status?.State, bot.Enabled), status, BotWord.Running);
    }

    public async Task<BotResult> StatusAsync(BotConfiguration bot, CancellationToken cancellationToken)
    {
        await using var host = await gateway.FindAsync(cancellationToken);
        var status = host is null ? null : await StatusOfAsync(host, bot, cancellationToken);
        return Tell(bot, BotWords.Of(status?.State, bot.Enabled), null, BotWord.Running);
    }

    public async Task<BotnetResult> StartAsync(BotGroup group, CancellationToken cancellationToken)
    {
        output.Say(BotLogLevel.Info, BotTexts.Starting(group.Title));
        var bots = BotsOf(group);
        await using var found = await gateway.FindAsync(cancellationToken);
        var before = await StatusesAsync(found, cancellationToken);
        foreach (var bot in bots)
        {
            var word = BotWords.Of(before.GetValueOrDefault(bot.Id)?.State, bot.Enabled);
            if (word == BotWord.Running) output.Say(BotLogLevel.Info, BotTexts.Running(bot.Id), good: true);
            else if (!bot.Enabled) output.Say(BotLogLevel.Info, BotTexts.Disabled(bot.Id));
            else output.Say(BotLogLevel.Info, BotTexts.Starting(bot.Id));
        }

        List<string> wanted = [.. bots.Where(b => b.Enabled).Select(b => b.Id)];
        // Without a bot to start there is nothing that a host would do.
        await using var started = found is null && wanted.Count > 0 ? await gateway.StartAsync(cancellationToken) : null;
        var host = found ?? started;
        if (host is not null && wanted.Count > 0) await host.StartAsync(wanted, cancellationToken);
        var result = await TellAllAsync(bots, host, enabledOnly: true, cancellationToken);
        output.Say(BotLogLevel.Info, BotTexts.Running(group.Title), good: true);
        return result;
    }

    public async Task<BotnetResult> StopAsync(BotGroup group, CancellationToken cancellationToken)
    {
        output.Say(BotLogLevel.Info, BotTexts.Stopping(group.Title));
        var bots = BotsOf(group);
        await using var host = await gateway.FindAsync(cancellationToken);
        var before = await StatusesAsync(host, cancellationToken);
        foreach (var bot in bots)
        {
            if (IsActive(before.GetValueOrDefault(bot.Id))) output.Say(BotLogLevel.Info, BotTexts.Stopping(bot.Id));
            else WasNotRunning(bot);
        }

        var (after, ended) = await StopOnAsync(host, group, bots, cancellationToken);
        var words = new SortedDictionary<string, BotWord>(StringComparer.Ordinal);
        foreach (var bot in bots)
        {
            var word = words[bot.Id] = BotWords.Of(after.GetValueOrDefault(bot.Id)?.State, bot.Enabled);
            if (word == BotWord.Running) output.Say(BotLogLevel.Error, BotTexts.StillRunning(bot.Id));
            else Tell(bot, word, null, word);
            // The end of the host is the end of all its threads.
            if (!ended) TellAbandoned(after.GetValueOrDefault(bot.Id));
        }

        output.Say(BotLogLevel.Info, BotTexts.Stopped(group.Title));
        return new(words, words.Values.All(word => word is BotWord.Stopped or BotWord.Disabled) && (ended || bots.All(b => after.GetValueOrDefault(b.Id)?.Abandoned is null or 0)));
    }

    /// <summary>A host that <c>start</c> brought up ends with the whole botnet; one that something else watches over stays.</summary>
    static async Task<(IReadOnlyDictionary<string, BotStatus> After, bool Ended)> StopOnAsync(
        IBotnetHost? host, BotGroup group, IReadOnlyList<BotConfiguration> bots, CancellationToken cancellationToken)
    {
        if (host is null) return (new Dictionary<string, BotStatus>(), true);
        await host.StopAsync(group.IsAll ? null : [.. bots.Select(b => b.Id)], cancellationToken);
        var after = await StatusesAsync(host, cancellationToken);
        var ends = group.IsAll && (await host.GetStateAsync(cancellationToken)).Background;
        if (ends) await host.ShutDownAsync(cancellationToken);
        return (after, ends);
    }

    public async Task<BotnetResult> RestartAsync(BotGroup group, CancellationToken cancellationToken)
    {
        output.Say(BotLogLevel.Info, BotTexts.Restarting(group.Title));
        var stopped = await StopAsync(group, cancellationToken);
        var started = await StartAsync(group, cancellationToken);
        return started with { Good = started.Good && stopped.Good };
    }

    public async Task<BotnetResult> ReloadAsync(BotGroup group, CancellationToken cancellationToken)
    {
        output.Say(BotLogLevel.Info, BotTexts.Reloading(group.Title));
        var bots = BotsOf(group);
        await using var host = await gateway.FindAsync(cancellationToken);
        if (host is not null) await ReloadOnAsync(host, group, bots, cancellationToken);
        var result = await TellAllAsync(bots, host, enabledOnly: false, cancellationToken);
        output.Say(BotLogLevel.Info, BotTexts.Reloaded(group.Title));
        return result;
    }

    static async Task ReloadOnAsync(IBotnetHost host, BotGroup group, IReadOnlyList<BotConfiguration> bots, CancellationToken cancellationToken)
    {
        if (group.IsAll)
        {
            await host.ReloadAsync(null, cancellationToken);
        }
        else
        {
            // Bots that are stopped stay so.
            var before = await StatusesAsync(host, cancellationToken);
            await host.ReloadAsync([.. bots.Where(b => IsActive(before.GetValueOrDefault(b.Id))).Select(b => b.Id)], cancellationToken);
        }

        foreach (var bot in bots) await SettledAsync(host, bot, cancellationToken);
    }

    public async Task<BotnetResult> StatusAsync(BotGroup group, CancellationToken cancellationToken)
    {
        await using var host = await gateway.FindAsync(cancellationToken);
        var bots = BotsOf(group);
        var statuses = await StatusesAsync(host, cancellationToken);
        var words = new SortedDictionary<string, BotWord>(StringComparer.Ordinal);
        foreach (var bot in bots)
        {
            var word = words[bot.Id] = BotWords.Of(statuses.GetValueOrDefault(bot.Id)?.State, bot.Enabled);
            Tell(bot, word, null, BotWord.Running);
        }

        return new(words, bots.All(b => !b.Enabled || words[b.Id] == BotWord.Running));
    }

    /// <summary>Everything that is known of each bot, for faces that show more than a word; null for those that no host has.</summary>
    public async Task<IReadOnlyList<(BotConfiguration Bot, BotStatus? Status)>> DetailsAsync(BotGroup group, CancellationToken cancellationToken)
    {
        await using var host = await gateway.FindAsync(cancellationToken);
        var statuses = await StatusesAsync(host, cancellationToken);
        return [.. BotsOf(group).Select(bot => (bot, statuses.GetValueOrDefault(bot.Id)))];
    }

    async Task<BotnetResult> TellAllAsync(IReadOnlyList<BotConfiguration> bots, IBotnetHost? host, bool enabledOnly, CancellationToken cancellationToken)
    {
        var statuses = await StatusesAsync(host, cancellationToken);
        var words = new SortedDictionary<string, BotWord>(StringComparer.Ordinal);
        var good = true;
        foreach (var bot in bots)
        {
            var status = statuses.GetValueOrDefault(bot.Id);
            words[bot.Id] = BotWords.Of(status?.State, bot.Enabled);
            if (enabledOnly && !bot.Enabled) continue;
            good &= Tell(bot, words[bot.Id], status, BotWord.Running).Good;
        }

        return new(words, good);
    }

    /// <summary>Says how a bot is, and where it was to be running and is not, why.</summary>
    BotResult Tell(BotConfiguration bot, BotWord word, BotStatus? status, BotWord wanted)
    {
        switch (word)
        {
            case BotWord.Running:
                output.Say(BotLogLevel.Info, BotTexts.Running(bot.Id), good: true);
                break;
            case BotWord.Disabled:
                output.Say(BotLogLevel.Info, BotTexts.Disabled(bot.Id));
                break;
            default:
                output.Say(BotLogLevel.Info, BotTexts.Stopped(bot.Id));
                break;
        }

        if (word != BotWord.Running && wanted == BotWord.Running && status?.Reason is { } reason) output.Say(BotLogLevel.Error, reason);
        return new(word, word == wanted || (word == BotWord.Disabled && status is null));
    }

    List<BotConfiguration> BotsOf(BotGroup group) => [.. configuration.Bots.Where(group.Contains).OrderBy(b => b.Id, StringComparer.Ordinal)];

    static bool IsActive(BotStatus? status) => status?.State is BotState.Running or BotState.Starting or BotState.Stopping or BotState.BackingOff;

    static async Task<BotWord> WordAsync(IBotnetHost? host, BotConfiguration bot, CancellationToken cancellationToken) =>
        BotWords.Of(host is null ? null : (await StatusOfAsync(host, bot, cancellationToken))?.State, bot.Enabled);

    static async Task<BotStatus?> StatusOfAsync(IBotnetHost host, BotConfiguration bot, CancellationToken cancellationToken) =>
        (await StatusesAsync(host, cancellationToken)).GetValueOrDefault(bot.Id);

    static async Task<IReadOnlyDictionary<string, BotStatus>> StatusesAsync(IBotnetHost? host, CancellationToken cancellationToken) =>
        host is null
            ? new Dictionary<string, BotStatus>()
            : (await host.GetStateAsync(cancellationToken)).Bots.ToDictionary(b => b.Id, StringComparer.Ordinal);

    /// <summary>The status once the bot has come up or failed; a reload does not wait for it.</summary>
    static async Task<BotStatus?> SettledAsync(IBotnetHost host, BotConfiguration bot, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var status = await StatusOfAsync(host, bot, cancellationToken);
            if (status?.State != BotState.Starting || attempt == 200) return status;
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }
}
