using System.CommandLine;
using System.Globalization;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Control;
using IntelMQ.Extensions;
using IntelMQ.Sdk;

namespace IntelMQ.Cli.Commands;

/// <summary><c>extensions inspect</c>: all that is known of a package, installed or not, without running anything of it.</summary>
static class InspectCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("inspect", "Shows all that is known of a package or a package file: manifest, parameters, contributions, files with hashes, signature. Runs nothing of it.");
        var subject = new Argument<string>("package") { Description = "The id of a package, also one that is not used, the name of a Python package, or a package file.", HelpName = "PACKAGE|FILE" };
        command.Arguments.Add(subject);
        ExtensionsCommand.SetAction(globals, command, (invocation, cancellationToken) => RunAsync(invocation, invocation.Value(subject)!, cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(Invocation invocation, string subject, CancellationToken cancellationToken)
    {
        if (subject.EndsWith(".nupkg", StringComparison.OrdinalIgnoreCase) || File.Exists(subject)) return await InspectFileAsync(invocation, subject, cancellationToken);
        var catalogue = invocation.Installation.Catalogue;
        if (catalogue.FindPackage(subject) is { } package)
        {
            var inspected = new Inspected(package.Manifest, package.Directory, PackageFacts.OriginOf(package.Origin), "in use", package.Locked, []);
            return await ShowFolderAsync(invocation, inspected, cancellationToken);
        }

        if (catalogue.Unused.FirstOrDefault(unused => unused.Id.Equals(subject, StringComparison.OrdinalIgnoreCase)) is { } unused) return await InspectUnusedAsync(invocation, unused, cancellationToken);
        var python = catalogue.PythonPackages.FirstOrDefault(python => PythonEnvironment.Normalize(python.Name) == PythonEnvironment.Normalize(subject));
        return python is not null
            ? InspectPython(invocation, python)
            : throw new ControlException($"There is no package '{subject}' and no file of that name; 'intelmqctl extensions list' shows the packages.");
    }

    /// <summary>A package with a manifest, wherever it is.</summary>
    sealed record Inspected(ExtensionManifest Manifest, string Location, string Origin, string State, LockedPackage? Locked, IReadOnlyList<string> Problems);

    static async Task<int> InspectFileAsync(Invocation invocation, string file, CancellationToken cancellationToken)
    {
        using var archive = PackageArchive.OpenFile(file);
        var contents = await PackageContents.OfArchiveAsync(archive, file, ExtensionsCommand.RootOf(invocation), cancellationToken);
        List<string> problems = [.. Unsuitable(archive.Manifest), .. SdkProblems(file)];
        return Show(invocation, new Inspected(archive.Manifest, Path.GetFullPath(file), "file", "not installed", null, problems), contents);
    }

    static IEnumerable<string> SdkProblems(string file)
    {
        try
        {
            return SdkCheck.MissingForArchive(file).Select(member => $"uses {member}, which this SDK ({SemanticVersion.OfSdk}) does not have");
        }
        catch (ExtensionException e)
        {
            // An assembly that cannot be read does not keep the rest from being shown.
            return e.Problems.Select(problem => problem.ToString());
        }
    }

    static IEnumerable<string> Unsuitable(ExtensionManifest manifest) => new PackageInspection(SemanticVersion.OfSdk).Unsuitable(manifest);

    static async Task<int> InspectUnusedAsync(Invocation invocation, UnusedPackage unused, CancellationToken cancellationToken)
    {
        List<string> problems = [.. unused.Problems.Select(problem => problem.ToString())];
        if (unused.Manifest is { } manifest)
        {
            return await ShowFolderAsync(invocation, new Inspected(manifest, unused.Directory, PackageFacts.OriginOf(PackageOrigin.Extension), PackageFacts.StateOf(unused), null, problems), cancellationToken);
        }

        invocation.Output.Line($"{unused.Id} {unused.Version} (extension, {PackageFacts.StateOf(unused)})");
        invocation.Output.Line($"Directory: {unused.Directory}");
        foreach (var problem in unused.Problems) invocation.Output.Say(problem.Level, problem.ToString());
        return invocation.Finish(PackageFacts.Of(unused), 1);
    }

    static async Task<int> ShowFolderAsync(Invocation invocation, Inspected package, CancellationToken cancellationToken)
    {
        var contents = await PackageContents.OfFolderAsync(package.Manifest, package.Location, ExtensionsCommand.RootOf(invocation), cancellationToken);
        return Show(invocation, package, contents);
    }

    static int Show(Invocation invocation, Inspected package, PackageContents contents)
    {
        List<string> problems = [.. package.Problems];
        if (contents.Signature.Problem is { } unsigned) problems.Add(unsigned);
        var output = invocation.Output;
        output.Line($"{package.Manifest.Id} {package.Manifest.Version} ({package.Origin}, {package.State})");
        foreach (var (name, value) in Lines(package, contents)) if (!string.IsNullOrEmpty(value)) output.Line(name.Length == 0 ? value : $"{name}: {value}");
        PackageText.WriteBots(output, package.Manifest);
        PackageText.WriteContributions(output, package.Manifest.Contributions);
        PackageText.Section(output, "Files", contents.Files.Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Bytes,10} {file.Sha256} {file.Path}")));
        foreach (var problem in problems) output.Say(BotLogLevel.Error, problem);
        return invocation.Finish(Facts(package, contents, problems), problems.Count > 0 ? 1 : 0);
    }

    static IEnumerable<(string Name, string? Value)> Lines(Inspected package, PackageContents contents)
    {
        var manifest = package.Manifest;
        yield return ("", manifest.Title == manifest.Id ? null : manifest.Title);
        yield return ("", manifest.Description);
        yield return ("Location", package.Location);
        yield return ("Authors", manifest.Authors);
        yield return ("Licence", manifest.License);
        yield return ("Home page", manifest.ProjectUrl);
        yield return ("Repository", string.Join(" ", new[] { manifest.Repository, manifest.Commit }.OfType<string>()));
        yield return ("SDK", manifest.Sdk is { } sdk ? $"{sdk.Range}{(sdk.Built is { } built ? $", compiled against {built}" : "")}; this host has {SemanticVersion.OfSdk}" : null);
        yield return ("Runtime", RuntimeOf(manifest));
        yield return ("Platforms", string.Join(", ", manifest.Platforms));
        yield return ("Libraries inside", string.Join(", ", manifest.Dependencies.Select(library => $"{library.Key} {library.Value}")));
        yield return ("Source", package.Locked?.Source);
        yield return ("Signature", SignatureText(contents.Signature));
        yield return ("Archive", contents.Archive ?? package.Locked?.Archive);
        yield return ("Tree", contents.Tree);
    }

    static string RuntimeOf(ExtensionManifest manifest) => manifest.Runtime switch
    {
        DotnetRuntime dotnet => $"{dotnet.Framework}, {dotnet.Entry}",
        ProcessRuntime process => $"process, {string.Join(' ', process.Command)}",
        _ => "unknown",
    };

    static string SignatureText(SignatureState signature) => signature switch
    {
        { Key: null } => "none",
        { IsTrusted: true } => $"of the trusted key {signature.Key}",
        { Problem: not null } => $"names the key {signature.Key}, but is not accepted",
        _ => $"names the key {signature.Key}; no keys are trusted here, so only the files were compared with it",
    };

    static Dictionary<string, object?> Facts(Inspected package, PackageContents contents, IReadOnlyList<string> problems)
    {
        var manifest = package.Manifest;
        return PackageFacts.WithoutNulls(new(StringComparer.Ordinal)
        {
            ["id"] = manifest.Id,
            ["version"] = manifest.Version.ToString(),
            ["origin"] = package.Origin,
            ["state"] = package.State,
            ["location"] = package.Location,
            ["title"] = manifest.Title,
            ["description"] = manifest.Description,
            ["authors"] = manifest.Authors,
            ["license"] = manifest.License,
            ["project_url"] = manifest.ProjectUrl,
            ["repository"] = manifest.Repository,
            ["commit"] = manifest.Commit,
            ["sdk"] = manifest.Sdk is { } sdk ? PackageFacts.WithoutNulls(new(StringComparer.Ordinal) { ["range"] = sdk.Range.ToString(), ["built"] = sdk.Built, ["min"] = sdk.Min, ["here"] = SemanticVersion.OfSdk.ToString() }) : null,
            ["runtime"] = RuntimeOf(manifest),
            ["platforms"] = manifest.Platforms.Select(platform => (object?)platform).ToList(),
            ["dependencies"] = manifest.Dependencies.ToDictionary(library => library.Key, library => (object?)library.Value, StringComparer.Ordinal),
            ["source"] = package.Locked?.Source,
            ["signature"] = PackageFacts.WithoutNulls(new(StringComparer.Ordinal) { ["key"] = contents.Signature.Key, ["trusted"] = contents.Signature.IsTrusted, ["problem"] = contents.Signature.Problem }),
            ["archive"] = contents.Archive ?? package.Locked?.Archive,
            ["tree"] = contents.Tree,
            ["bots"] = manifest.Bots.Select(bot => (object?)Facts(bot)).ToList(),
            ["contributions"] = PackageFacts.Of(manifest.Contributions),
            ["files"] = contents.Files.Select(file => (object?)new Dictionary<string, object?>(StringComparer.Ordinal) { ["path"] = file.Path, ["bytes"] = file.Bytes, ["sha256"] = file.Sha256 }).ToList(),
            ["problems"] = problems.Select(problem => (object?)problem).ToList(),
        });
    }

    static Dictionary<string, object?> Facts(BotManifest bot) => PackageFacts.WithoutNulls(new(StringComparer.Ordinal)
    {
        ["name"] = bot.Name,
        ["group"] = BotName.TextOf(bot.Group),
        ["type"] = bot.Type,
        ["summary"] = bot.Summary,
        ["description"] = bot.Description,
        ["parameters"] = ParameterManifest.ToObject(bot.Schema),
    });

    static int InspectPython(Invocation invocation, PythonPackage package)
    {
        var files = PythonRecord.Read(package.Metadata);
        var output = invocation.Output;
        output.Line($"{package.Name} {package.Version} (python, in use{(package.Editable ? ", editable" : "")})");
        if (package.Summary is { } summary) output.Line(summary);
        output.Line($"Environment: {package.Environment}");
        output.Line($"Metadata: {package.Metadata}");
        output.Line("Nothing of it was run: its parameters are known to Python only.");
        PackageText.Section(output, "Bots", package.Bots.Select(bot => $"{bot.Bot}: module {bot.Module}, script {bot.Script ?? "missing"}"));
        PackageText.Section(output, "Files", files.Select(file => $"{file.Bytes?.ToString(CultureInfo.InvariantCulture) ?? "",10} {file.Hash} {file.Path}"));
        var facts = PackageFacts.Of(package);
        facts["summary"] = package.Summary;
        facts["environment"] = package.Environment;
        facts["metadata"] = package.Metadata;
        facts["editable"] = package.Editable;
        facts["bots"] = package.Bots.Select(bot => (object?)new Dictionary<string, object?>(StringComparer.Ordinal) { ["name"] = bot.Bot, ["module"] = bot.Module, ["script"] = bot.Script }).ToList();
        facts["files"] = files.Select(file => (object?)PackageFacts.WithoutNulls(new(StringComparer.Ordinal) { ["path"] = file.Path, ["bytes"] = file.Bytes, ["hash"] = file.Hash })).ToList();
        return invocation.Finish(PackageFacts.WithoutNulls(facts), 0);
    }
}
