using System.Collections.Frozen;

namespace IntelMQ.Bots.Experts.Url;

/// <summary>What the scheme of a URL tells about the connection.</summary>
/// <param name="Application">Application protocol, in the vocabulary of the data format.</param>
/// <param name="Transport">Transport protocol; null where the scheme leaves it open, as <c>https</c> does since HTTP/3.</param>
/// <param name="Port">The port when the URL names none.</param>
sealed record UrlScheme(string Application, string? Transport, int? Port)
{
    static readonly FrozenDictionary<string, UrlScheme> Known = new Dictionary<string, UrlScheme>
    {
        ["ftp"] = new("ftp", "tcp", 21),
        ["http"] = new("http", "tcp", 80),
        ["https"] = new("http", null, 443),
        ["sftp"] = new("sftp", "tcp", 22),
        ["ssh"] = new("ssh", "tcp", 22),
        ["tftp"] = new("tftp", "udp", 69),
        ["ws"] = new("ws", "tcp", 80),
        ["wss"] = new("wss", "tcp", 443),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    static readonly FrozenDictionary<string, UrlScheme>.AlternateLookup<ReadOnlySpan<char>> KnownSpans = Known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What is known about a scheme; one that is not known is taken for the name of the application protocol.</summary>
    public static UrlScheme Of(ReadOnlySpan<char> scheme) =>
        KnownSpans.TryGetValue(scheme, out var known) ? known : new UrlScheme(scheme.ToString().ToLowerInvariant(), null, null);
}
