using IntelMQ.Extensions;

namespace IntelMQ.Cli.Commands;

/// <summary>What commands tell of packages with <c>--type json</c>, the same in each of them.</summary>
static class PackageFacts
{
    public static string OriginOf(PackageOrigin origin) => origin switch
    {
        PackageOrigin.BuiltIn => "built-in",
        PackageOrigin.Python => "python",
        _ => "extension",
    };

    public static string StateOf(UnusedPackage package) => package.Reason switch
    {
        UnusedReason.NotLocked => "not in the lock",
        var reason => reason.ToString().ToLowerInvariant(),
    };

    public static Dictionary<string, object?> Of(ExtensionPackage package) => new(StringComparer.Ordinal)
    {
        ["id"] = package.Id,
        ["version"] = package.Version.ToString(),
        ["origin"] = OriginOf(package.Origin),
        ["state"] = "in use",
        ["bots"] = package.Manifest.Bots.Select(b => (object?)b.Name).ToList(),
    };

    public static Dictionary<string, object?> Of(PythonPackage package) => new(StringComparer.Ordinal)
    {
        ["id"] = package.Name,
        ["version"] = package.Version,
        ["origin"] = OriginOf(PackageOrigin.Python),
        ["state"] = "in use",
        ["bots"] = package.Bots.Select(b => (object?)b.Bot).ToList(),
    };

    public static Dictionary<string, object?> Of(UnusedPackage package) => new(StringComparer.Ordinal)
    {
        ["id"] = package.Id,
        ["version"] = package.Version,
        ["origin"] = OriginOf(PackageOrigin.Extension),
        ["state"] = StateOf(package),
        ["problems"] = package.Problems.Select(p => (object?)p.ToString()).ToList(),
        ["bots"] = package.Manifest?.Bots.Select(b => (object?)b.Name).ToList() ?? [],
    };
}
