namespace IntelMQ.Extensions;

/// <summary>An installed Python distribution with bots of the original's kind.</summary>
internal sealed record PythonPackage
{
    /// <summary>The name of the distribution, as written.</summary>
    public required string Name { get; init; }

    public required string Version { get; init; }

    public string? Summary { get; init; }

    /// <summary>The environment in whose <c>bin</c> the scripts are.</summary>
    public required string Environment { get; init; }

    /// <summary>The folder whose metadata was read.</summary>
    public required string Metadata { get; init; }

    /// <summary>A development install: its sources lie outside of the environment.</summary>
    public required bool Editable { get; init; }

    public IReadOnlyList<PythonBot> Bots { get; init; } = [];
}

/// <summary>A bot of a Python package.</summary>
/// <param name="Name">The name of the console script, which is the name of the bot.</param>
/// <param name="Group">Its kind.</param>
/// <param name="PackageId">The distribution.</param>
/// <param name="PackageVersion">Of the distribution.</param>
/// <param name="Module">The Python module with the class; may have any name.</param>
/// <param name="Script">The script to run, absolute; null when it is missing.</param>
/// <param name="Environment">The environment it belongs to.</param>
internal sealed record PythonBot(string Name, BotGroup Group, string PackageId, string PackageVersion, string Module, string? Script, string Environment)
    : BotOwner(Name, Group, PackageId, PackageVersion, PackageOrigin.Python, null)
{
    public override string ToString() => base.ToString();
}
