using System.CommandLine;
using System.Globalization;
using System.Text;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Cli.Terminal;
using IntelMQ.Control;
using IntelMQ.Extensions;
using IntelMQ.Sdk;

namespace IntelMQ.Cli.Commands;

/// <summary><c>extensions</c>: extension packages of the installation.</summary>
static class ExtensionsCommand
{
    static readonly TimeSpan FeedTimeout = TimeSpan.FromMinutes(5);

    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("extensions", "Installs, lists, updates and checks extension packages.");
        command.Add(CreateList(globals));
        command.Add(CreateInfo(globals));
        command.Add(CreateDocs(globals));
        command.Add(InspectCommand.Create(globals));
        command.Add(CreateInstall(globals));
        command.Add(CreateUpdate(globals));
        command.Add(CreateRestore(globals));
        command.Add(CreateRemove(globals));
        command.Add(CreatePrune(globals));
        command.Add(CreateEnabling(globals, "enable", "Uses a package again.", enabled: true));
        command.Add(CreateEnabling(globals, "disable", "Does not use a package; its files stay.", enabled: false));
        command.Add(CreatePrefer(globals));
        command.Add(CreateVerify(globals));
        command.Add(CreateCheck(globals));
        command.Add(CreateKeys(globals));
        command.Add(CreateSign(globals));
        return command;
    }

    /// <summary>Turns what the extension system refuses into what the command line says.</summary>
    internal static void SetAction(GlobalOptions globals, Command command, Func<Invocation, CancellationToken, Task<int>> action) =>
        globals.SetAction(command, async (invocation, cancellationToken) =>
        {
            try
            {
                return await action(invocation, cancellationToken);
            }
            catch (ExtensionException e)
            {
                throw new ControlException(e.Message, e);
            }
        });

    internal static string RootOf(Invocation invocation) => invocation.Installation.Paths.ExtensionsDirectory;

    static PackageStore StoreOf(Invocation invocation) => new(RootOf(invocation), TimeProvider.System);

    static Command CreateList(GlobalOptions globals)
    {
        var command = new Command("list", "Lists packages.");
        SetAction(globals, command, (invocation, _) =>
        {
            var catalogue = invocation.Installation.Catalogue;
            var table = new TextTable("package", "version", "origin", "bots", "also", "state");
            foreach (var package in catalogue.Packages) table.Add(package.Id, package.Version.ToString(), PackageFacts.OriginOf(package.Origin), $"{package.Manifest.Bots.Count}", $"{package.Manifest.Contributions}", "in use");
            foreach (var package in catalogue.PythonPackages) table.Add(package.Name, package.Version, PackageFacts.OriginOf(PackageOrigin.Python), $"{package.Bots.Count}", "", "in use");
            foreach (var unused in catalogue.Unused) table.Add(unused.Id, unused.Version, PackageFacts.OriginOf(PackageOrigin.Extension), $"{unused.Manifest?.Bots.Count}", $"{unused.Manifest?.Contributions}", PackageFacts.StateOf(unused));
            if (invocation.Type == OutputType.Text) table.Write();
            foreach (var problem in catalogue.Problems) invocation.Output.Say(problem.Level, problem.ToString());
            List<object?> facts = [.. catalogue.Packages.Select(PackageFacts.Of), .. catalogue.PythonPackages.Select(PackageFacts.Of), .. catalogue.Unused.Select(PackageFacts.Of)];
            return Task.FromResult(invocation.Finish(facts, catalogue.Problems.Any(p => p.Level >= BotLogLevel.Error) ? 1 : 0));
        });
        return command;
    }

    static Command CreateInfo(GlobalOptions globals)
    {
        var command = new Command("info", "Shows what a package says about itself, its bots and their parameters.");
        var id = new Argument<string>("package");
        command.Arguments.Add(id);
        SetAction(globals, command, (invocation, _) =>
        {
            var name = invocation.Value(id)!;
            var package = invocation.Installation.Catalogue.FindPackage(name) ?? throw new ControlException($"No package '{name}' is in use; 'intelmqctl extensions list' shows those that are.");
            PackageText.WriteInfo(invocation.Output, package);
            var facts = PackageFacts.Of(package);
            facts["description"] = package.Manifest.Description;
            facts["authors"] = package.Manifest.Authors;
            facts["license"] = package.Manifest.License;
            facts["directory"] = package.Directory;
            facts["sdk"] = package.Manifest.Sdk?.Range.ToString();
            return Task.FromResult(invocation.Finish(facts, 0));
        });
        return command;
    }

    static Command CreateDocs(GlobalOptions globals)
    {
        var command = new Command("docs", "Writes the documentation of a package, or of all, as Markdown.");
        var id = new Argument<string?>("package") { Arity = ArgumentArity.ZeroOrOne };
        command.Arguments.Add(id);
        SetAction(globals, command, (invocation, _) =>
        {
            var catalogue = invocation.Installation.Catalogue;
            IReadOnlyList<ExtensionPackage> packages = invocation.Value(id) is { } name
                ? [catalogue.FindPackage(name) ?? throw new ControlException($"No package '{name}' is in use; 'intelmqctl extensions list' shows those that are.")]
                : catalogue.Packages;
            var pages = packages.ToDictionary(package => package.Id, object? (package) => ManifestDocumentation.ToMarkdown(package.Manifest, PagesOf(package)), StringComparer.Ordinal);
            if (invocation.Type == OutputType.Text) foreach (var page in pages.Values) invocation.Output.Line($"{page}");
            return Task.FromResult(invocation.Finish(pages, 0));
        });
        return command;
    }

    static IEnumerable<string> PagesOf(ExtensionPackage package) =>
        package.Manifest.Contributions.Pages.Select(page => Encoding.UTF8.GetString(SmallFile.Read(Path.Combine(package.Directory, page.Path))));

    static Option<string[]> AddSource(Command command)
    {
        var source = new Option<string[]>("--source") { Description = "A NuGet feed (URL of its index), a folder of packages, or one package file; may be repeated.", HelpName = "URL|FOLDER|FILE" };
        command.Options.Add(source);
        return source;
    }

    static IReadOnlyList<PackageSource> SourcesOf(Invocation invocation, Option<string[]> option) =>
        invocation.Value(option) is { Length: > 0 } given ? [.. given.Select(location => new PackageSource(location))] : PackageSources.Read(RootOf(invocation));

    static async Task<T> WithInstallerAsync<T>(Invocation invocation, Func<Installer, Task<T>> work)
    {
        Directory.CreateDirectory(RootOf(invocation));
        using var http = new HttpClient { Timeout = FeedTimeout };
        return await work(new Installer(invocation.Installation.Places, http, TimeProvider.System));
    }

    const string GoOn = "Running bots go on with the version before until 'intelmqctl reload'.";

    static Command CreateInstall(GlobalOptions globals)
    {
        var command = new Command("install", "Downloads a package, verifies it, and makes it the active version.");
        var id = new Argument<string>("package") { Description = "Its id, or the path of a package file." };
        var version = new Option<string?>("--version") { Description = "Exactly this version.", HelpName = "V" };
        var allowConflict = new Option<bool>("--allow-conflict") { Description = "Also when it offers bots that another package offers." };
        command.Arguments.Add(id);
        command.Options.Add(version);
        command.Options.Add(allowConflict);
        var source = AddSource(command);
        SetAction(globals, command, async (invocation, cancellationToken) =>
        {
            var name = invocation.Value(id)!;
            var isFile = name.EndsWith(".nupkg", StringComparison.OrdinalIgnoreCase);
            if (isFile && !File.Exists(name)) throw new ControlException($"There is no file '{name}'.");
            if (!isFile && Path.Exists(name) && name.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new ControlException($"'{name}' is no package; expected a file that ends in .nupkg, or the id of a package{(Directory.Exists(name) ? $" and '--source {name}'" : "")}.");
            var request = new InstallRequest { Root = RootOf(invocation), Id = isFile ? null : name, Version = VersionOf(invocation.Value(version)), AllowConflict = invocation.Value(allowConflict) };
            IReadOnlyList<PackageSource> sources = isFile ? [new PackageSource(name)] : SourcesOf(invocation, source);
            if (sources.Count == 0) throw new ControlException($"No source is known: give --source, or list sources in '{Path.Combine(RootOf(invocation), PackageSources.FileName)}'.");
            var report = await WithInstallerAsync(invocation, installer => installer.InstallAsync(request, sources, null, cancellationToken));
            return Tell(invocation, report);
        });
        return command;
    }

    static SemanticVersion? VersionOf(string? text)
    {
        if (text is null) return null;
        return SemanticVersion.TryParse(text, out var version) ? version : throw new UsageException($"argument --version: '{text}' is not a version such as 1.2.3");
    }

    static int Tell(Invocation invocation, InstallReport report)
    {
        foreach (var note in report.Notes) invocation.Output.Say(note.Level, note.ToString());
        var before = report.Previous is { } previous && previous.ToString() != report.Version.ToString() ? $" in the place of {previous}" : "";
        invocation.Output.Say(BotLogLevel.Info, $"Installed {report.Id} {report.Version}{before} from {report.Source}.");
        foreach (var bot in report.Bots) invocation.Output.Say(BotLogLevel.Info, $"  {bot}");
        if (report.Previous is not null) invocation.Output.Say(BotLogLevel.Info, GoOn);
        return invocation.Finish(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["id"] = report.Id,
                ["version"] = report.Version.ToString(),
                ["previous"] = report.Previous?.ToString(),
                ["directory"] = report.Directory,
                ["source"] = report.Source,
                ["archive"] = report.Archive,
                ["tree"] = report.Tree,
                ["signed_by"] = report.SignedBy,
                ["bots"] = report.Bots.Select(b => (object?)b).ToList(),
            },
            0);
    }

    static Command CreateUpdate(GlobalOptions globals)
    {
        var command = new Command("update", "Installs newer versions of one package or of all.");
        var id = new Argument<string?>("package") { Arity = ArgumentArity.ZeroOrOne };
        command.Arguments.Add(id);
        var source = AddSource(command);
        SetAction(globals, command, async (invocation, cancellationToken) => Tell(
            invocation,
            await WithInstallerAsync(invocation, installer => installer.UpdateAsync(RootOf(invocation), invocation.Value(id), SourcesOf(invocation, source), null, cancellationToken)),
            r => r.Outcome == PackageOutcome.Changed ? $"{r.Id} {r.Version} is active in the place of {r.Previous}. {GoOn}" : $"{r.Id} {r.Version} is the newest that works here."));
        return command;
    }

    static Command CreateRestore(GlobalOptions globals)
    {
        var command = new Command("restore", $"Installs exactly what {LockFile.FileName} says; hashes must match.");
        var source = AddSource(command);
        SetAction(globals, command, async (invocation, cancellationToken) => Tell(
            invocation,
            await WithInstallerAsync(invocation, installer => installer.RestoreAsync(RootOf(invocation), SourcesOf(invocation, source), null, cancellationToken)),
            r => r.Outcome == PackageOutcome.Changed ? $"{r.Id} {r.Version} is back." : $"{r.Id} {r.Version} is as the lock says."));
        return command;
    }

    static Command CreateVerify(GlobalOptions globals)
    {
        var command = new Command("verify", "Compares all files of all packages with what was installed.");
        SetAction(globals, command, async (invocation, cancellationToken) =>
            Tell(invocation, await StoreOf(invocation).VerifyAsync(cancellationToken), r => $"{r.Id} {r.Version} is as it was installed."));
        return command;
    }

    static int Tell(Invocation invocation, IReadOnlyList<PackageReport> reports, Func<PackageReport, string> good)
    {
        if (reports.Count == 0) invocation.Output.Say(BotLogLevel.Info, "No extension packages are installed.");
        foreach (var report in reports)
        {
            if (report.Outcome != PackageOutcome.Failed) invocation.Output.Say(BotLogLevel.Info, good(report));
            foreach (var problem in report.Problems) invocation.Output.Say(problem.Level, problem.ToString());
        }

        return invocation.Finish(
            reports.Select(r => (object?)new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["id"] = r.Id,
                ["version"] = r.Version.ToString(),
                ["previous"] = r.Previous?.ToString(),
                ["outcome"] = r.Outcome.ToString().ToLowerInvariant(),
                ["problems"] = r.Problems.Select(p => (object?)p.ToString()).ToList(),
            }).ToList(),
            reports.Any(r => r.Outcome == PackageOutcome.Failed) ? 1 : 0);
    }

    static Command CreateRemove(GlobalOptions globals)
    {
        var command = new Command("remove", "Removes a package with all its versions.");
        var id = new Argument<string>("package");
        command.Arguments.Add(id);
        SetAction(globals, command, async (invocation, cancellationToken) =>
        {
            var configured = ConfiguredFrom(invocation, invocation.Value(id)!);
            await StoreOf(invocation).RemoveAsync(invocation.Value(id)!, cancellationToken);
            invocation.Output.Say(BotLogLevel.Info, $"Removed {invocation.Value(id)}. Bots that run it go on until they are stopped.");
            if (configured.Count > 0) invocation.Output.Say(BotLogLevel.Warning, $"runtime.yaml still has bots of it, which cannot start again: {string.Join(", ", configured)}.");
            return invocation.Finish("success", 0);
        });
        return command;
    }

    /// <summary>The ids of the configured bots that come from a package; none where the configuration cannot be read.</summary>
    static List<string> ConfiguredFrom(Invocation invocation, string package)
    {
        var catalogue = invocation.Installation.Catalogue;
        try
        {
            return
            [
                .. invocation.Configuration.Bots
                    .Where(bot => catalogue.Resolve(bot.Module, bot.Settings.Package) is ResolvedBot resolved && resolved.Owner.PackageId.Equals(package, StringComparison.OrdinalIgnoreCase))
                    .Select(bot => bot.Id),
            ];
        }
        catch (ControlException)
        {
            // A configuration that is missing or broken is no reason to keep a package.
            return [];
        }
    }

    static Command CreatePrune(GlobalOptions globals)
    {
        var command = new Command("prune", "Removes versions that are neither active nor in memory of a running host.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Only says what would be removed." };
        command.Options.Add(dryRun);
        SetAction(globals, command, async (invocation, cancellationToken) =>
        {
            var versions = await StoreOf(invocation).PruneAsync(invocation.Value(dryRun), cancellationToken);
            if (versions.Count == 0) invocation.Output.Say(BotLogLevel.Info, "No old versions are there.");
            foreach (var version in versions) invocation.Output.Say(BotLogLevel.Info, $"{version.Id} {version.Version} ({Size(version.Bytes)}) {TextOf(version.Outcome)}.");
            return invocation.Finish(
                versions.Select(v => (object?)new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["id"] = v.Id,
                    ["version"] = v.Version.ToString(),
                    ["directory"] = v.Directory,
                    ["bytes"] = v.Bytes,
                    ["outcome"] = v.Outcome switch { PruneOutcome.Removed => "removed", PruneOutcome.Removable => "removable", _ => "in use" },
                }).ToList(),
                0);
        });
        return command;
    }

    static string TextOf(PruneOutcome outcome) => outcome switch
    {
        PruneOutcome.Removed => "is removed",
        PruneOutcome.Removable => "would be removed",
        _ => "stays: a running host has it in memory; 'intelmqctl reload' moves its bots to the active version",
    };

    static string Size(long bytes) =>
        bytes < 1_048_576 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB") : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_048_576.0:0.0} MiB");

    static Command CreateEnabling(GlobalOptions globals, string name, string description, bool enabled)
    {
        var command = new Command(name, description);
        var id = new Argument<string>("package");
        command.Arguments.Add(id);
        SetAction(globals, command, async (invocation, cancellationToken) =>
        {
            var changed = await StoreOf(invocation).SetEnabledAsync(invocation.Value(id)!, enabled, cancellationToken);
            invocation.Output.Say(BotLogLevel.Info, $"{invocation.Value(id)} is {(changed ? "now" : "already")} {name}d.");
            return invocation.Finish("success", 0);
        });
        return command;
    }

    static Command CreatePrefer(GlobalOptions globals)
    {
        var command = new Command("prefer", "Says from which package a bot is taken that several offer, or the definition of a field.");
        var bot = new Argument<string>("bot") { Description = "The name of the bot: intelmq.bots.…; or a field: event:NAME, report:NAME." };
        var id = new Argument<string>("package");
        command.Arguments.Add(bot);
        command.Arguments.Add(id);
        SetAction(globals, command, async (invocation, cancellationToken) =>
        {
            await StoreOf(invocation).PreferAsync(invocation.Value(bot)!, invocation.Value(id), invocation.Installation.Catalogue, cancellationToken);
            invocation.Output.Say(BotLogLevel.Info, $"{invocation.Value(bot)} is taken from {invocation.Value(id)}.");
            return invocation.Finish("success", 0);
        });
        return command;
    }

    static Command CreateCheck(GlobalOptions globals)
    {
        var command = new Command("check", "Looks whether everything of the SDK that packages use is there.");
        var file = new Argument<string?>("file") { Description = "A package file; without it all packages in use.", Arity = ArgumentArity.ZeroOrOne };
        command.Arguments.Add(file);
        SetAction(globals, command, (invocation, _) =>
        {
            IEnumerable<(string Name, IReadOnlyList<string> Missing)> checks = invocation.Value(file) is { } path
                ? [(path, SdkCheck.MissingForArchive(path))]
                : invocation.Installation.Catalogue.Packages.Select(package => (package.ToString(), SdkCheck.Missing(package)));
            var missing = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var (name, members) in checks)
            {
                missing[name] = members.Select(m => (object?)m).ToList();
                if (members.Count == 0) invocation.Output.Say(BotLogLevel.Info, $"{name} uses only what this SDK has.");
                foreach (var member in members) invocation.Output.Say(BotLogLevel.Error, $"{name} uses {member}, which this SDK ({SemanticVersion.OfSdk}) does not have.");
            }

            return Task.FromResult(invocation.Finish(missing, missing.Values.Any(m => m is List<object?> { Count: > 0 }) ? 1 : 0));
        });
        return command;
    }

    static Command CreateKeys(GlobalOptions globals)
    {
        var command = new Command("keys", "Lists, adds and removes the keys whose signatures are trusted.");
        var list = new Command("list", "Lists the trusted keys.");
        SetAction(globals, list, (invocation, _) =>
        {
            var keys = TrustedKeys.List(RootOf(invocation));
            if (keys.Count == 0) invocation.Output.Say(BotLogLevel.Info, "No keys are trusted; packages need no signature.");
            foreach (var key in keys) invocation.Output.Line($"{key.Id} {key.File}");
            return Task.FromResult(invocation.Finish(keys.Select(k => (object?)k.Id).ToList(), 0));
        });
        command.Add(list);

        var add = new Command("add", "Trusts a key: from now on packages must be signed.");
        var file = new Argument<string>("pem-file");
        add.Arguments.Add(file);
        SetAction(globals, add, (invocation, _) =>
        {
            var path = invocation.Value(file)!;
            var key = TrustedKeys.Add(RootOf(invocation), File.ReadAllText(path), path);
            invocation.Output.Say(BotLogLevel.Info, $"Key {key.Id} is trusted.");
            return Task.FromResult(invocation.Finish(key.Id, 0));
        });
        command.Add(add);

        var remove = new Command("remove", "Ends the trust in a key.");
        var id = new Argument<string>("key-id");
        remove.Arguments.Add(id);
        SetAction(globals, remove, (invocation, _) =>
        {
            var key = TrustedKeys.Remove(RootOf(invocation), invocation.Value(id)!);
            invocation.Output.Say(BotLogLevel.Info, $"Key {key.Id} is no longer trusted.");
            return Task.FromResult(invocation.Finish(key.Id, 0));
        });
        command.Add(remove);
        return command;
    }

    static Command CreateSign(GlobalOptions globals)
    {
        var command = new Command("sign", "Signs a package file in place.");
        var file = new Argument<string>("file");
        var key = new Option<string>("--key") { Description = "PEM file with the private key (P-256).", Required = true, HelpName = "PEM" };
        command.Arguments.Add(file);
        command.Options.Add(key);
        SetAction(globals, command, async (invocation, cancellationToken) =>
        {
            var keyFile = invocation.Value(key)!;
            var id = await PackageSignature.SignAsync(invocation.Value(file)!, await File.ReadAllTextAsync(keyFile, cancellationToken), keyFile, cancellationToken);
            invocation.Output.Say(BotLogLevel.Info, $"Signed {invocation.Value(file)} with the key {id}.");
            return invocation.Finish(id, 0);
        });
        return command;
    }
}
