using System.Text.Json;
using IntelMQ.Configuration;
using IntelMQ.Configuration.Editing;
using IntelMQ.Configuration.Upgrading;
using IntelMQ.Extensions;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Upgrading;

/// <summary>
/// Brings the configuration of an installation up to date: first by the rules of the original's versions, then by the
/// upgrades of packages for their own bots. Only then are files written.
/// </summary>
/// <param name="installation">Which.</param>
/// <param name="extensions">Loads packages with upgrades for configured bots.</param>
/// <param name="output">Is told each step in the words of the original.</param>
/// <param name="time">For the times in the state file.</param>
sealed class ConfigurationUpgrade(Installation installation, ExtensionHost extensions, IControlOutput output, TimeProvider time)
{
    readonly List<(UpgradeRule Rule, UpgradeOutcome Outcome)> _ran = [];

    /// <summary>The rule that runs with every upgrade.</summary>
    public static UpgradeRule Always { get; } = UpgradeRules.Harmonization(ShippedHarmonization());

    /// <summary>All rules by name.</summary>
    public static IEnumerable<UpgradeRule> Rules => UpgradeRules.Versions.SelectMany(static version => version.Rules).Append(Always);

    /// <returns>Whether nothing is left to do.</returns>
    /// <exception cref="ControlException">A file cannot be read or written.</exception>
    public bool Run(UpgradeRequest request)
    {
        try
        {
            var stateFile = request.StateFile ?? installation.Paths.StateFile;
            if (OpenState(stateFile, request.IsDryRun) is not { } state) return false;
            if (request.IsDryRun) Say("Doing a dry run, not writing anything now.");
            var files = UpgradeFiles.Open(installation.Paths, request.IsDryRun);
            var isGood = request.Only is { } rule ? RunOnly(rule, files, state, request.IsForced) : RunAll(files, state, request);
            Finish(files, state, stateFile, request);
            return isGood;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ConfigurationEditException or ConfigurationFileException)
        {
            throw new ControlException($"The configuration cannot be upgraded: {e.Message}", e);
        }
    }

    UpgradeState? OpenState(string file, bool isDryRun)
    {
        if (File.Exists(file))
        {
            if (isDryRun || IsWritable(file)) return UpgradeState.Load(file);
            output.Say(BotLogLevel.Error, $"State file '{file}' is not writable.");
            return null;
        }

        if (isDryRun)
        {
            Say($"Would create state file now at '{file}'.");
            return UpgradeState.Empty;
        }

        Say("Writing initial state file.");
        try
        {
            var state = UpgradeState.Empty;
            state.Save(file);
            Say("Successfully wrote initial state file.");
            return state;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            output.Say(BotLogLevel.Error, $"Error writing state file '{file}': {e.Message}.");
            return null;
        }
    }

    bool RunOnly(UpgradeRule rule, UpgradeFiles files, UpgradeState state, bool isForced)
    {
        if (!isForced && state.IsDone(rule.Name) is true)
        {
            Say("This upgrade has been performed previously successfully already. Force with -f.");
            return true;
        }

        var outcome = Run(rule, files);
        if (outcome.Demand is { } demand) output.Say(BotLogLevel.Error, $"Upgrade '{rule.Name}' failed: {demand}");
        else Say($"Upgrade '{rule.Name}' successful{(outcome.Changed ? "." : ": Nothing to do.")}");
        return outcome.IsDone;
    }

    bool RunAll(UpgradeFiles files, UpgradeState state, UpgradeRequest request)
    {
        var previous = PreviousVersion(state, request);
        var isGood = true;
        foreach (var version in UpgradeRules.Versions)
        {
            isGood &= previous is not null && version.Version.CompareTo(previous) <= 0
                ? CatchUp(version, files, state, isLost: request.Previous is null)
                : RunVersion(version, files, state, request.IsForced);
            if (isGood) state.Reached(version.Version);
        }

        isGood &= RunAndTell(Always, files);
        isGood &= RunPackages(files);
        if (isGood) Say("Configuration upgrade successful!", good: true);
        else output.Say(BotLogLevel.Error, "Some migration did not succeed or manual intervention is needed. Look at the output above. Afterwards, re-run this program.");
        return isGood;
    }

    UpgradeVersion? PreviousVersion(UpgradeState state, UpgradeRequest request)
    {
        if (request.Previous is { } given)
        {
            Say($"Using previous version '{given}' from parameter.");
            return given;
        }

        if (!request.IsForced && state.LastVersion is { } last)
        {
            Say($"Found previous version {last} in state file.");
            return last;
        }

        Say("Found no previous version or forced, doing all upgrades.");
        return null;
    }

    // Who names the version says that all before it is done, but for what is known to have failed.
    bool CatchUp(VersionUpgrades version, UpgradeFiles files, UpgradeState state, bool isLost)
    {
        var isGood = true;
        foreach (var rule in version.Rules.Where(rule => state.IsDone(rule.Name) is var done && (done is false || (done is null && isLost))))
        {
            Say($"Catch up function {rule.Name} from version {version.Version}.");
            isGood &= RunAndTell(rule, files);
        }

        return isGood;
    }

    bool RunVersion(VersionUpgrades version, UpgradeFiles files, UpgradeState state, bool isForced)
    {
        Say($"Upgrading to version {version.Version}.");
        var isGood = true;
        foreach (var rule in version.Rules.Where(rule => isForced || state.IsDone(rule.Name) is not true)) isGood &= RunAndTell(rule, files);
        return isGood;
    }

    bool RunAndTell(UpgradeRule rule, UpgradeFiles files)
    {
        var outcome = Run(rule, files);
        if (outcome.Demand is { } demand) output.Say(BotLogLevel.Error, $"{rule.Title}: Upgrade failed: {demand}");
        else Say($"{rule.Title}: {(outcome.Changed ? "Upgrade successful." : "Nothing to do.")}");
        return outcome.IsDone;
    }

    UpgradeOutcome Run(UpgradeRule rule, UpgradeFiles files)
    {
        var outcome = rule.Apply(files.Draft);
        _ran.Add((rule, outcome));
        return outcome;
    }

    bool RunPackages(UpgradeFiles files)
    {
        if (installation.Catalogue.Upgrades.Count == 0) return true;
        var isGood = true;
        var upgrades = new ConfigurationUpgrades(installation.Catalogue, extensions);
        var configuration = RuntimeConfiguration.Parse(files.RuntimeText, files.RuntimeFile, installation.Environment);
        foreach (var planned in configuration.Bots.SelectMany(upgrades.Plan))
        {
            var title = $"{planned.Owner.Package}, {planned.Bot.Id}: {(planned.Owner.Upgrade.Summary is { Length: > 0 } summary ? summary.TrimEnd('.') : planned.Owner.Upgrade.Type)}";
            if (planned.Failure is { } failure)
            {
                isGood = false;
                output.Say(BotLogLevel.Error, $"{title}: Upgrade failed: {failure}");
                continue;
            }

            files.Draft.Find(planned.Bot.Id)!.Become(planned.After.Module, planned.After.Parameters);
            Say($"{title}: Upgrade successful.");
        }

        return isGood;
    }

    void Finish(UpgradeFiles files, UpgradeState state, string stateFile, UpgradeRequest request)
    {
        foreach (var line in files.Differences()) Say("  " + line);
        if (request.IsDryRun) return;
        files.Save(request.KeepsBackups);
        foreach (var (rule, outcome) in _ran) state.Record(rule.Name, outcome, time.GetLocalNow());
        state.Save(stateFile);
    }

    void Say(string text, bool good = false) => output.Say(BotLogLevel.Info, text, good);

    static bool IsWritable(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    static IReadOnlyDictionary<string, object?> ShippedHarmonization()
    {
        using var stream = typeof(DataFormat).Assembly.GetManifestResourceStream("harmonization.conf")!;
        using var document = JsonDocument.Parse(stream);
        return (IReadOnlyDictionary<string, object?>)PlainTree.Normalize(document.RootElement)!;
    }
}
