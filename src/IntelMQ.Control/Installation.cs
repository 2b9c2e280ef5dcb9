using System.Collections;
using IntelMQ.Configuration;
using IntelMQ.Extensions;

namespace IntelMQ.Control;

/// <summary>An installation: its paths, the variables of the process, and its packages.</summary>
sealed class Installation
{
    readonly Lazy<Catalogue> _catalogue;

    public Installation(IntelMqPaths paths, IReadOnlyDictionary<string, string> environment)
    {
        (Paths, Environment) = (paths, environment);
        Places = new ExtensionPlaces { Roots = [paths.ExtensionsDirectory], PythonEnvironments = PythonEnvironmentsOf(paths) };
        Scanner = new CatalogueScanner(Places);
        _catalogue = new(() => Scanner.Scan());
    }

    public IntelMqPaths Paths { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Where packages are.</summary>
    public ExtensionPlaces Places { get; }

    public CatalogueScanner Scanner { get; }

    /// <summary>The packages as they are at the first look.</summary>
    public Catalogue Catalogue => _catalogue.Value;

    /// <summary>The installation that the environment of the process and the working directory decide.</summary>
    public static Installation Find()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables()) environment[(string)variable.Key] = (string?)variable.Value ?? "";
        return new Installation(IntelMqPaths.Find(environment, Directory.GetCurrentDirectory()), environment);
    }

    /// <summary>Reads the runtime configuration.</summary>
    /// <exception cref="ControlException">The file cannot be read; the text is the original's.</exception>
    public RuntimeConfiguration LoadConfiguration()
    {
        try
        {
            return RuntimeConfiguration.Load(Paths, Environment);
        }
        catch (ConfigurationFileException e)
        {
            var why = IsMissing ? $"File not found: '{Paths.RuntimeFile}'. {WhereToLook}" : e.Message;
            throw new ControlException($"Error loading '{Paths.RuntimeFile}': {why}", e);
        }
    }

    /// <summary>For whoever has just built the program and has no installation yet.</summary>
    internal const string WhereToLook = "INTELMQ_ROOT_DIR says where an installation is; 'intelmqctl quickstart' makes one to look at.";

    /// <summary>Whether there is no runtime configuration at all.</summary>
    internal bool IsMissing => !File.Exists(Paths.RuntimeFile);

    /// <summary>A virtual environment that the installation itself brings, as the packages of the original's extensions are installed.</summary>
    static IReadOnlyList<string> PythonEnvironmentsOf(IntelMqPaths paths)
    {
        var own = Path.Combine(paths.Root, "venv");
        return Directory.Exists(own) ? [own] : [];
    }
}
