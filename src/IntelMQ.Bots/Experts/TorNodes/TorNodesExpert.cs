using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Experts.TorNodes;

/// <summary>Marks addresses of exit nodes of the Tor network.</summary>
/// <remarks>Works on both sides.</remarks>
[Bot("intelmq.bots.experts.tor_nodes.expert")]
public sealed partial class TorNodesExpert(TorNodesExpertOptions options, IHttpClients clients) : Enricher, IUpdatableDatabase
{
    const string List = "https://check.torproject.org/exit-addresses";

    readonly HttpClient _client = clients.Create(options);
    DatabaseFile<IReadOnlySet<string>>? _nodes;

    /// <inheritdoc />
    public string DatabasePath => options.Database;

    /// <inheritdoc />
    public bool IsUpdateWanted => options.AutoupdateCachedDatabase;

    /// <inheritdoc />
    public async Task<ReadOnlyMemory<byte>> DownloadDatabaseAsync(CancellationToken cancellationToken)
    {
        var answer = (await _client.GetAnswerAsync(List, cancellationToken)).Expect();
        var addresses = ExitAddress.Matches(answer.Text).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal).ToList();
        return addresses.Count > 0
            ? Encoding.UTF8.GetBytes(string.Join('\n', addresses) + "\n")
            : throw new InvalidDataException($"'{List}' names no exit nodes; expected lines that begin with 'ExitAddress'.");
    }

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _nodes = new(options.Database, Read, Context);
        return default;
    }

    HashSet<string> Read(Stream file)
    {
        using var reader = new StreamReader(file);
        var nodes = new HashSet<string>(StringComparer.Ordinal);
        for (var number = 1; reader.ReadLine()?.Trim() is { } line; number++)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (DataType.IpAddress.TrySanitize(line, out var address) && DataType.IpAddress.IsValid(address)) nodes.Add(address.Text!);
            else Log.Warning($"Line {number} of '{options.Database}' is '{line}', which is no address; it is passed over.");
        }

        return nodes;
    }

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var side in Side.Both)
            if (e.TryGet(side.Ip, out var address) && _nodes!.Current.Contains(address))
                e.Enrich(side.TorNode, true, options.Overwrite);
        return default;
    }

    [GeneratedRegex(@"ExitAddress (\S+)", RegexOptions.NonBacktracking)]
    private static partial Regex ExitAddress { get; }
}

/// <summary>Parameters of <see cref="TorNodesExpert"/>.</summary>
public sealed record TorNodesExpertOptions : HttpOptions, ICheckable
{
    /// <summary>The file with the addresses, one per line; <c>#</c> begins a comment.</summary>
    public string Database { get; init; } = "/opt/intelmq/var/lib/bots/tor_nodes/tor_nodes.dat";

    /// <summary>Replaces what an event says already.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether <c>intelmqctl update-database</c> downloads the file.</summary>
    public bool AutoupdateCachedDatabase { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() => DatabaseFile.Check(Database);
}
