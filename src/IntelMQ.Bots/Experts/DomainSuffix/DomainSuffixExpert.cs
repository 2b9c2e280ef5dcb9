namespace IntelMQ.Bots.Experts.DomainSuffix;

/// <summary>Adds the public suffix of a host name, such as <c>co.uk</c>.</summary>
/// <remarks>Works on both sides.</remarks>
[Bot("intelmq.bots.experts.domain_suffix.expert")]
public sealed class DomainSuffixExpert(DomainSuffixExpertOptions options, IHttpClients clients) : Enricher, IUpdatableDatabase
{
    const string List = "https://publicsuffix.org/list/public_suffix_list.dat";

    readonly HttpClient _client = clients.Create(options);
    DatabaseFile<PublicSuffixList>? _suffixes;

    /// <inheritdoc />
    public string DatabasePath => options.SuffixFile;

    /// <inheritdoc />
    public bool IsUpdateWanted => options.AutoupdateCachedDatabase;

    /// <inheritdoc />
    public async Task<ReadOnlyMemory<byte>> DownloadDatabaseAsync(CancellationToken cancellationToken)
    {
        var list = (await _client.GetAnswerAsync(List, cancellationToken)).Expect().Content;
        using var content = new MemoryStream(list);
        PublicSuffixList.Read(content);
        return list;
    }

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _suffixes = new(options.SuffixFile, PublicSuffixList.Read, Context);
        return default;
    }

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var side in Side.Both)
            if (e.TryGet(options.Field == HostNameField.Fqdn ? side.Fqdn : side.ReverseDns, out var name))
                e.Add(side.DomainSuffix, _suffixes!.Current.SuffixOf(name));
        return default;
    }
}

/// <summary>A field of each side that holds a host name.</summary>
public enum HostNameField
{
    /// <summary>The host name.</summary>
    Fqdn,

    /// <summary>The name that the reverse lookup gave.</summary>
    ReverseDns,
}

/// <summary>Parameters of <see cref="DomainSuffixExpert"/>.</summary>
public sealed record DomainSuffixExpertOptions : HttpOptions, ICheckable
{
    /// <summary>Whose suffix is added.</summary>
    public required HostNameField Field { get; init; }

    /// <summary>The file with the public suffix list, in UTF-8.</summary>
    public required string SuffixFile { get; init; }

    /// <summary>Whether <c>intelmqctl update-database</c> downloads it.</summary>
    public bool AutoupdateCachedDatabase { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() => DatabaseFile.Check(SuffixFile, "suffix_file");
}
