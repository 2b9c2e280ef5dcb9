namespace IntelMQ.Bots.Experts.DomainValid;

/// <summary>Passes on only events with a valid domain name under a top level domain that exists.</summary>
[Bot("intelmq.bots.experts.domain_valid.expert")]
public sealed class DomainValidExpert(DomainValidExpertOptions options, IHttpClients clients) : Expert, IUpdatableDatabase
{
    const string List = "https://data.iana.org/TLD/tlds-alpha-by-domain.txt";
    const int MostLabelChars = 63;

    readonly Field _field = Field.Named(options.DomainField);
    readonly HttpClient _client = clients.Create(options);
    DatabaseFile<IReadOnlySet<string>>? _topLevelDomains;

    /// <inheritdoc />
    public string DatabasePath => options.TldsDomainsList;

    /// <inheritdoc />
    public bool IsUpdateWanted => true;

    /// <inheritdoc />
    public async Task<ReadOnlyMemory<byte>> DownloadDatabaseAsync(CancellationToken cancellationToken)
    {
        return (await _client.GetAnswerAsync(List, cancellationToken)).Expect().Content;
    }

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _topLevelDomains = new(options.TldsDomainsList, Read, Context);
        return default;
    }

    static HashSet<string> Read(Stream file)
    {
        using var reader = new StreamReader(file);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (reader.ReadLine()?.Trim() is { } line)
            if (line.Length > 0 && line[0] != '#')
                names.Add(line);
        return names;
    }

    /// <inheritdoc />
    protected override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (message.Get(_field).Text is { } name && IsDomain(name) && _topLevelDomains!.Current.Contains(name[(name.LastIndexOf('.') + 1)..]))
            return emitter.SendAsync(message, cancellationToken: cancellationToken);

        Log.Debug($"Dropped: '{message.Get(_field)}' is no valid domain under a known top level domain.");
        return default;
    }

    /// <summary>Two labels or more of letters, digits and inner hyphens, the last one with a letter at its end.</summary>
    static bool IsDomain(string name)
    {
        if (!name.Contains('.', StringComparison.Ordinal)) return false;
        foreach (var label in name.AsSpan().Split('.'))
            if (!IsLabel(name.AsSpan(label)))
                return false;
        return char.IsAsciiLetter(name[^1]) && name[^2] != '.';
    }

    static bool IsLabel(ReadOnlySpan<char> label)
    {
        if (label.Length is 0 or > MostLabelChars || label[0] == '-' || label[^1] == '-') return false;
        foreach (var c in label)
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return false;
        return true;
    }
}

/// <summary>Parameters of <see cref="DomainValidExpert"/>.</summary>
public sealed record DomainValidExpertOptions : HttpOptions, ICheckable
{
    /// <summary>The field with the domain.</summary>
    public string DomainField { get; init; } = "source.fqdn";

    /// <summary>The file with the top level domains, one per line, as IANA publishes it.</summary>
    public string TldsDomainsList { get; init; } = "/opt/intelmq/var/lib/bots/domain_valid/tlds-alpha-by-domain.txt";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() => DatabaseFile.Check(TldsDomainsList, "tlds_domains_list");
}
