using IntelMQ.Configuration;
using IntelMQ.Configuration.Schema;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Host.Loading;

/// <summary>Finds and loads the code of bots.</summary>
interface IBotSource
{
    /// <summary>Finds a bot in the manifests, without loading anything.</summary>
    /// <param name="module">As in <c>runtime.yaml</c>.</param>
    /// <param name="package">The package it must be from, or null.</param>
    /// <exception cref="Sdk.ConfigurationException">There is none, several packages have it, or its package is broken; the text says which.</exception>
    BotDescription Find(string module, string? package);

    /// <summary>Loads the code of a bot into this process.</summary>
    /// <exception cref="Sdk.ConfigurationException">The package cannot be loaded; the text says why.</exception>
    ILoadedBot Load(BotDescription description);
}

/// <summary>What the manifest of a package says about a bot.</summary>
/// <param name="Module">Its name.</param>
/// <param name="PackageId">The package it is from.</param>
/// <param name="PackageVersion">The version of it.</param>
/// <param name="Isolation">Where the package wants to run; a bot's own setting goes before.</param>
/// <param name="SingleInstance">Whether it works with one instance only.</param>
/// <param name="Schema">Its parameters.</param>
sealed record BotDescription(string Module, string PackageId, string PackageVersion, Isolation Isolation, bool SingleInstance, ParameterSchema Schema)
{
    /// <summary>Id and version of the package.</summary>
    public string Package => $"{PackageId} {PackageVersion}";
}

/// <summary>Loaded code of a bot. It stays loaded until this is disposed.</summary>
interface ILoadedBot : IDisposable
{
    BotRegistration Registration { get; }
}
