using System.Text.RegularExpressions;

namespace IntelMQ.Extensions;

/// <summary>Where packages come from: a NuGet v3 feed, a folder of <c>.nupkg</c> files, or one such file.</summary>
internal sealed record PackageSource
{
    readonly Uri? _url;

    /// <param name="location">The URL of the index of a feed, or a path. A user name and password in the URL are used and never shown.</param>
    public PackageSource(string location)
    {
        _url = Uri.TryCreate(location, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) ? url : null;
        Login = _url?.UserInfo is { Length: > 0 } user ? Uri.UnescapeDataString(user) : null;
        if (url is { IsFile: true } && location.StartsWith("file:", StringComparison.OrdinalIgnoreCase)) location = url.LocalPath;
        Location = _url is null ? Path.GetFullPath(location) : new UriBuilder(_url) { UserName = "", Password = "" }.Uri.AbsoluteUri;
    }

    /// <summary>The URL without credentials, or the absolute path.</summary>
    public string Location { get; }

    /// <summary>Ids that may come from here, with <c>*</c> for anything; none means all.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>The environment variable with <c>user:password</c>, where they are not in the URL.</summary>
    public string? LoginVariable { get; init; }

    /// <summary>It is a path that leads nowhere.</summary>
    public bool IsGone => _url is null && !Path.Exists(Location);

    /// <summary>The folder of a package file, where its other versions are; null for a URL or a folder, and when it is not there.</summary>
    public string? Folder =>
        _url is null && Location.EndsWith(".nupkg", StringComparison.OrdinalIgnoreCase) && Path.GetDirectoryName(Location) is { } folder && Directory.Exists(folder) ? folder : null;

    internal Uri? Url => _url is null ? null : new Uri(Location);

    string? Login { get; }

    /// <summary><c>user:password</c>, or null.</summary>
    internal string? FindLogin() => Login ?? (LoginVariable is null ? null : Environment.GetEnvironmentVariable(LoginVariable));

    /// <summary>Whether one of its patterns names a package.</summary>
    public bool Names(string id) => Ids.Any(pattern => Regex.IsMatch(id, $@"\A{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));

    /// <summary>
    /// The sources that may be asked for a package. A source that names it is the only one to ask, so that nobody can slip
    /// in a package of the same id elsewhere.
    /// </summary>
    public static IReadOnlyList<PackageSource> For(string id, IReadOnlyList<PackageSource> sources)
    {
        List<PackageSource> naming = [.. sources.Where(source => source.Names(id))];
        return naming.Count > 0 ? naming : [.. sources.Where(source => source.Ids.Count == 0)];
    }

    /// <summary>Without credentials.</summary>
    public override string ToString() => Location;
}

/// <summary>The sources of a root: <c>sources.json</c> in it.</summary>
internal static class PackageSources
{
    public const string FileName = "sources.json";

    /// <summary>Reads <c>{ "sources": [ { "url": …, "ids": ["Awesome.*"], "login": "VARIABLE" } ] }</c>; none when there is no such file.</summary>
    /// <exception cref="ExtensionException">The file is wrong.</exception>
    public static IReadOnlyList<PackageSource> Read(string root)
    {
        var file = Path.Combine(root, FileName);
        return File.Exists(file) ? StrictJson.Read(file, SmallFile.Read(file), document => Read(document, root)) : [];
    }

    static List<PackageSource> Read(StrictObject document, string root)
    {
        var sources = new List<PackageSource>();
        foreach (var entry in document.ObjectList("sources", required: true))
        {
            var location = entry.Text("url", "the URL of a feed, or a path");
            if (location.Length == 0) continue;
            if (!location.Contains("://", StringComparison.Ordinal)) location = Path.GetFullPath(location, root);
            sources.Add(new PackageSource(location) { Ids = entry.TextList("ids", required: false), LoginVariable = entry.OptionalText("login") });
        }

        return sources;
    }
}
