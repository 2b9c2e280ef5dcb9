using IntelMQ.Configuration;
using IntelMQ.Configuration.Schema;
using IntelMQ.Extensions;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Host.Loading;

/// <summary>The bots of the installed packages, built-in ones among them.</summary>
/// <param name="scanner">Reads the manifests.</param>
/// <param name="host">Loads the code.</param>
sealed class ExtensionBotSource(CatalogueScanner scanner, ExtensionHost host) : IBotSource
{
    Catalogue _catalogue = scanner.Scan();

    /// <summary>The packages as they were at the last look.</summary>
    public Catalogue Catalogue => _catalogue;

    /// <summary>Looks anew which packages there are; what has gone leaves memory as soon as no bot uses it.</summary>
    public void Refresh()
    {
        var catalogue = scanner.Scan();
        Volatile.Write(ref _catalogue, catalogue);
        host.Apply(catalogue);
    }

    public BotDescription Find(string module, string? package)
    {
        if (module.Length == 0) throw new ConfigurationException("The configuration of the bot has no 'module'.");
        var bot = Resolve(module, package);
        return new BotDescription(
            bot.Bot, bot.PackageId, bot.PackageVersion, bot.Manifest.OwnProcess ? Isolation.Process : Isolation.Host, bot.Manifest.SingleInstance, SchemaOf(bot));
    }

    static ParameterSchema SchemaOf(PackagedBot bot)
    {
        try
        {
            return ParameterSchema.Parse(bot.Manifest.Schema);
        }
        catch (FormatException e)
        {
            throw new ConfigurationException($"The manifest of {bot.PackageId} {bot.PackageVersion} cannot be used: {bot.Bot}: {e.Message}", e);
        }
    }

    PackagedBot Resolve(string module, string? package) => Volatile.Read(ref _catalogue).Resolve(module, package) switch
    {
        ResolvedBot { Owner: PackagedBot { Package.Manifest.Runtime: DotnetRuntime } bot } => bot,
        ResolvedBot { Owner: PackagedBot bot } => throw new ConfigurationException($"The package {bot} runs as a program of its own (runtime kind process), which this version does not start."),
        ResolvedBot { Owner: var owner } => throw new ConfigurationException($"{module} is offered by the Python package {owner} only, which this version does not start."),
        ConflictingBot conflict => throw new ConfigurationException(Sentence(conflict.Text)),
        UnknownBot unknown => throw new ConfigurationException(Sentence(unknown.Text)),
        var other => throw new InvalidOperationException($"Unexpected answer of the catalogue: {other}"),
    };

    // The name of a bot stays as it is written, also where it begins the sentence.
    static string Sentence(string text) => $"{(text.StartsWith("intelmq.", StringComparison.Ordinal) ? text[0] : char.ToUpperInvariant(text[0]))}{text[1..]}{(text[^1] is '.' or '?' ? "" : ".")}";

    public ILoadedBot Load(BotDescription description)
    {
        try
        {
            return new Loaded(host.Load(Resolve(description.Module, description.PackageId)));
        }
        catch (ExtensionException e)
        {
            throw new ConfigurationException($"The package {description.Package} cannot be loaded: {e.Message}", e);
        }
    }

    sealed class Loaded(LoadedBot bot) : ILoadedBot
    {
        public BotRegistration Registration => bot.Registration;

        public void Dispose() => bot.Dispose();
    }
}
