using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Host.Loading;

/// <summary>Finds and loads the code of bots.</summary>
interface IBotSource
{
    /// <summary>Loads the code behind a module name.</summary>
    /// <param name="module">As in <c>runtime.yaml</c>.</param>
    /// <param name="package">The package it must be from, or null.</param>
    /// <exception cref="Sdk.ConfigurationException">There is none, several packages have it, or its package is broken; the text says which.</exception>
    ILoadedBot Load(string module, string? package);

    /// <summary>Id and version of the package that <see cref="Load"/> would take now; null when it would fail.</summary>
    string? PackageOf(string module, string? package);
}

/// <summary>Loaded code of a bot. It stays loaded until this is disposed.</summary>
interface ILoadedBot : IDisposable
{
    BotRegistration Registration { get; }

    /// <summary>Id and version of the package.</summary>
    string Package { get; }

    /// <summary>Default of a parameter in the manifest, or null.</summary>
    object? DefaultOf(string parameter);
}
