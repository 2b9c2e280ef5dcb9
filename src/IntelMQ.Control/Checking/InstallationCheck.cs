using System.Text.Json;
using IntelMQ.Brokers;
using IntelMQ.Brokers.Embedded;
using IntelMQ.Configuration;
using IntelMQ.Configuration.Schema;
using IntelMQ.Control.Hosting;
using IntelMQ.Control.Queues;
using IntelMQ.Extensions;
using IntelMQ.Host.Loading;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Control.Checking;

/// <summary>What a check found, in its order.</summary>
/// <param name="Lines">Every line with its level.</param>
/// <param name="HasProblems">Something must be mended: the exit code is 1.</param>
sealed record CheckReport(IReadOnlyList<(BotLogLevel Level, string Text)> Lines, bool HasProblems);

/// <summary>Examines an installation without changing anything in it.</summary>
/// <param name="installation">Which.</param>
/// <param name="gateway">Finds its host, since a running one has the store.</param>
/// <param name="output">Is told each line as it is found.</param>
sealed class InstallationCheck(Installation installation, IHostGateway gateway, IControlOutput output)
{
    readonly List<(BotLogLevel, string)> _lines = [];
    bool _hasProblems;
    IReadOnlyList<Problem> _formatProblems = [];

    /// <param name="withConnections">Whether brokers are asked too.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    public async Task<CheckReport> RunAsync(bool withConnections, CancellationToken cancellationToken)
    {
        Say(BotLogLevel.Info, "Reading configuration files.");
        var format = ReadDataFormat();
        var configuration = ReadConfiguration();
        if (format is null || configuration is null)
        {
            Fail("Fatal errors occurred.");
            return End();
        }

        Say(BotLogLevel.Info, "Checking runtime and pipeline configuration.");
        foreach (var problem in configuration.Problems) Tell(problem);
        CheckDisk(configuration);
        if (withConnections) await CheckQueuesAsync(configuration, cancellationToken);

        Say(BotLogLevel.Info, "Checking harmonization configuration.");
        CheckDescriptions();
        foreach (var problem in _formatProblems) Tell(problem);

        Say(BotLogLevel.Info, "Checking for bots.");
        await CheckPackagesAsync(cancellationToken);
        await CheckBotsAsync(configuration, cancellationToken);
        return End();
    }

    CheckReport End()
    {
        var report = new CheckReport(_lines.ToList(), _hasProblems);
        if (_hasProblems) output.Say(BotLogLevel.Error, "Some issues have been found, please check the above output.");
        else output.Say(BotLogLevel.Info, "No issues found.");
        return report;
    }

    DataFormat? ReadDataFormat()
    {
        var file = installation.Paths.HarmonizationFile;
        try
        {
            var installed = InstalledDataFormat.Load(installation.Paths, installation.Catalogue);
            _formatProblems = installed.Problems;
            return installed.Format;
        }
        catch (DataFormatException e)
        {
            foreach (var error in e.Errors) FailToLoad(file, error);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            FailToLoad(file, e.Message);
            return null;
        }
    }

    RuntimeConfiguration? ReadConfiguration()
    {
        try
        {
            return RuntimeConfiguration.Load(installation.Paths, installation.Environment);
        }
        catch (ConfigurationFileException e)
        {
            foreach (var problem in e.Problems) FailToLoad(installation.Paths.RuntimeFile, problem.ToString());
            if (installation.IsMissing) Fail(Installation.WhereToLook);
            return null;
        }
    }

    void Tell(ConfigurationProblem problem)
    {
        switch (problem.Severity)
        {
            case Severity.Error:
                Fail(problem.ToString());
                break;
            case Severity.Warning:
                // As in the original, what a bot's section lacks is worth an exit code, though the bot runs.
                _hasProblems |= problem.Message.Contains("has no '", StringComparison.Ordinal);
                Say(BotLogLevel.Warning, problem.ToString());
                break;
            default:
                Say(BotLogLevel.Info, problem.ToString());
                break;
        }
    }

    void CheckDisk(RuntimeConfiguration configuration)
    {
        var disk = QueueDisk.Of(installation.Paths);
        var least = disk.MinimumFree(configuration.GlobalSettings);
        if (least >= disk.Size)
            Fail($"global.queue_min_free_bytes: {least} is more than the disk of '{installation.Paths.QueueDirectory}' has ({disk.Size} bytes): no message would ever be taken; expected a small share of it.");
        else if (disk.Free < least)
            Say(BotLogLevel.Warning, $"The disk of '{installation.Paths.QueueDirectory}' has {disk.Free} bytes left, less than the {least} that are to stay free (queue_min_free_bytes): collectors wait.");
    }

    async Task CheckQueuesAsync(RuntimeConfiguration configuration, CancellationToken cancellationToken)
    {
        try
        {
            await using var offline = new OfflineQueues(configuration, installation);
            await using var host = await gateway.FindAsync(cancellationToken);
            if (host is null) foreach (var notice in await offline.VerifyAsync(cancellationToken)) TellDamage(notice);
            foreach (var report in await offline.InspectAsync(cancellationToken)) Tell(report);
            var queues = await (host ?? (IQueueAccess)offline).ListQueuesAsync(cancellationToken);
            var known = configuration.Bots.Select(b => b.SourceQueue)
                .Concat(configuration.Bots.SelectMany(b => b.Destinations.References.Select(r => r.Queue)))
                .Concat(configuration.GlobalSettings.OrphanedQueuesIgnore)
                .ToHashSet(StringComparer.Ordinal);
            var orphaned = queues.Where(q => q.Waiting + q.Leased > 0 && !known.Contains(q.Queue)).Select(q => $"'{q.Queue}'").ToList();
            if (orphaned.Count > 0)
                Say(BotLogLevel.Warning, $"Orphaned queues found: {string.Join(", ", orphaned)}. Possible leftover from past reconfigurations without cleanup. 'intelmqctl clear QUEUE' empties them.");
        }
        catch (Exception e) when (e is BrokerException or ControlException)
        {
            Fail($"Could not connect to pipeline: {e.Message}");
        }
    }

    void Tell(BrokerReport report)
    {
        if (report.Summary is { } summary) Say(BotLogLevel.Info, summary);
        foreach (var warning in report.Warnings) Say(BotLogLevel.Warning, warning);
    }

    void TellDamage(BrokerNotice notice)
    {
        // What a crash has cut short was never confirmed: the next start removes it.
        if (notice.Kind == BrokerNoticeKind.TornTail) Say(BotLogLevel.Warning, notice.Message);
        else Fail(notice.Message);
    }

    /// <summary>What the reader of the data format does not need: descriptions, and the type of the field extra.</summary>
    void CheckDescriptions()
    {
        var file = installation.Paths.HarmonizationFile;
        if (!File.Exists(file)) return;
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        foreach (var section in document.RootElement.EnumerateObject())
        {
            foreach (var field in section.Value.EnumerateObject())
            {
                if (!field.Value.TryGetProperty("description", out _)) Say(BotLogLevel.Warning, $"Missing description for type '{field.Name}'.");
            }
        }

        if (document.RootElement.TryGetProperty("event", out var events) && events.TryGetProperty("extra", out var extra)
            && !(extra.TryGetProperty("type", out var type) && type.ValueEquals("JSONDict")))
        {
            _hasProblems = true;
            Say(BotLogLevel.Warning, "'extra' field needs to be of type 'JSONDict'.");
        }
    }

    /// <summary>Packages that cannot be used, conflicts between them, and files that are not as they were installed.</summary>
    async Task CheckPackagesAsync(CancellationToken cancellationToken)
    {
        foreach (var problem in installation.Catalogue.Problems) Tell(problem);
        try
        {
            var store = new PackageStore(installation.Paths.ExtensionsDirectory, TimeProvider.System);
            foreach (var problem in (await store.VerifyAsync(cancellationToken)).SelectMany(report => report.Problems)) Tell(problem);
        }
        catch (ExtensionException e)
        {
            // A lock that cannot be read is among the problems of the catalogue.
            Say(BotLogLevel.Warning, $"The files of extension packages were not verified: {e.Problems[0].Text}");
        }
    }

    void Tell(Problem problem) => Tell(problem.Level, problem.ToString());

    void Tell(BotLogLevel level, string text)
    {
        if (level >= BotLogLevel.Error) Fail(text);
        else Say(level, text);
    }

    async Task CheckBotsAsync(RuntimeConfiguration configuration, CancellationToken cancellationToken)
    {
        await using var extensions = new ExtensionHost(static _ => { }, TimeProvider.System);
        var source = new ExtensionBotSource(installation.Scanner, extensions);
        var secrets = new SecretReferences(installation.Environment, installation.Paths.ConfigDirectory);
        var schemas = new Dictionary<(string, string?), ParameterSchema?>();
        foreach (var bot in configuration.Bots.Where(b => b.Module.Length > 0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var key = (bot.Module, bot.Settings.Package);
            if (!schemas.TryGetValue(key, out var schema)) schema = schemas[key] = SchemaOf(bot, source);
            if (schema is null) continue;
            var problems = schema.Validate(bot);
            foreach (var problem in problems) Tell(problem);
            if (!bot.HasErrors && problems.All(p => p.Severity != Severity.Error)) AskBot(bot, source, secrets);
        }

        new ContributionsCheck(source.Catalogue, extensions, Tell).Run(configuration);
    }

    ParameterSchema? SchemaOf(BotConfiguration bot, ExtensionBotSource source)
    {
        switch (source.Catalogue.Resolve(bot.Module, bot.Settings.Package))
        {
            case ResolvedBot { Owner: PackagedBot packaged }:
                try
                {
                    return ParameterSchema.Parse(packaged.Manifest.Schema);
                }
                catch (FormatException e)
                {
                    NotImportable(bot, e.Message);
                    return null;
                }

            case ResolvedBot { Owner: var owner }:
                Say(BotLogLevel.Warning, $"Bot '{bot.Id}': its parameters are not checked, since it is a bot of the Python package {owner}.");
                return null;
            case ConflictingBot conflict:
                NotImportable(bot, conflict.Text);
                return null;
            case UnknownBot unknown:
                NotImportable(bot, unknown.Text);
                return null;
            default:
                return null;
        }
    }

    void NotImportable(BotConfiguration bot, string why) => Fail($"{bot.ModulePosition}: error: {bot.Id}.module: Incomplete installation: Bot '{bot.Id}' not importable: {why}{(why[^1] is '.' or '?' ? "" : ".")}");

    /// <summary>
    /// What options say about themselves needs the code of the bot: a package costs a few milliseconds, and it is one of
    /// those that are configured. Nothing of a bot is created.
    /// </summary>
    void AskBot(BotConfiguration bot, ExtensionBotSource source, SecretReferences secrets)
    {
        try
        {
            var description = source.Find(bot.Module, bot.Settings.Package);
            if (description.Isolation != Isolation.Host) return;
            using var code = source.Load(description);
            var reader = new ParameterReader(bot.BindParameters(description.Schema, secrets));
            foreach (var result in code.Registration.Check(reader)) TellResult(bot, result);
            foreach (var error in reader.Errors) Fail(bot.Describe(error.Path, error.Message, error.Expected));
        }
        catch (ConfigurationException e)
        {
            Fail($"{bot.Position}: error: Bot '{bot.Id}': {e.Message}");
        }
    }

    void TellResult(BotConfiguration bot, CheckResult result)
    {
        var text = result.Parameter is { } parameter && bot.Merged.TryFind(parameter, out var value) && value.Span.Line > 0
            ? $"{bot.Position.File}:{value.Span.Line}:{value.Span.Column}: Bot '{bot.Id}': {result.Describe()}"
            : $"Bot '{bot.Id}': {result.Describe()}";
        if (result.Level >= BotLogLevel.Error) Fail(text);
        else Say(result.Level, text);
    }

    void FailToLoad(string file, string why)
    {
        // What tells its place begins with the file already.
        var subject = why.StartsWith($"{file}:", StringComparison.Ordinal) ? "Could not load " : $"Could not load '{file}': ";
        Fail($"{subject}{why}{(why[^1] is '.' or '?' ? "" : ".")}");
    }

    void Fail(string text)
    {
        _hasProblems = true;
        Say(BotLogLevel.Error, text);
    }

    void Say(BotLogLevel level, string text)
    {
        _lines.Add((level, text));
        output.Say(level, text);
    }
}
