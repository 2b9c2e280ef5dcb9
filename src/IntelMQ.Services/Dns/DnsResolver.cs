using System.Net;
using System.Net.Sockets;
using IntelMQ.Sdk;

namespace IntelMQ.Services;

/// <summary>
/// Asks the name servers of the system. Equal questions at the same time go out once; answers, also empty ones, are
/// remembered for as long as they allow.
/// </summary>
public sealed class DnsResolver : IDnsResolver, IDisposable
{
    const int LongestChain = 16;

    static readonly TimeSpan NegativeWithoutSoa = TimeSpan.FromSeconds(60);

    readonly DnsOptions _options;
    readonly ResolverConfiguration _configuration;
    readonly HostsFile _hosts;
    readonly SemaphoreSlim _slots;
    readonly Lock _gate = new();
    readonly DnsCache _cache;
    readonly Dictionary<DnsQuestion, Task<DnsAnswer>> _underway = [];
    readonly CancellationTokenSource _closing = new();

    /// <summary>Reads the configuration of the system.</summary>
    /// <exception cref="ConfigurationException">One of its files cannot be read.</exception>
    public DnsResolver(DnsOptions options)
    {
        _options = options;
        var system = ResolverConfiguration.Parse(ReadIfThere(options.ResolvConf));
        _configuration = new ResolverConfiguration(
            options.Servers.Count > 0 ? options.Servers : system.Servers, options.Timeout ?? system.Timeout, options.Attempts ?? system.Attempts);
        _hosts = HostsFile.Parse(ReadIfThere(options.Hosts));
        _slots = new SemaphoreSlim(options.MostConcurrent);
        _cache = new DnsCache(options.MostCached);
    }

    static string ReadIfThere(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<IPAddress>> GetAddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken)
    {
        var type = family switch
        {
            AddressFamily.InterNetwork => DnsType.A,
            AddressFamily.InterNetworkV6 => DnsType.Aaaa,
            _ => throw new ArgumentOutOfRangeException(nameof(family), family, "Expected InterNetwork or InterNetworkV6."),
        };
        if (_hosts.Find(Normalize(name), family) is { } known) return known;
        return (await AskAsync(name, type, cancellationToken)).Addresses;
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<string>> GetTextsAsync(string name, CancellationToken cancellationToken) => (await AskAsync(name, DnsType.Txt, cancellationToken)).Texts;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<string>> GetNamesAsync(IPAddress address, CancellationToken cancellationToken) => (await AskAsync(ReverseName.Of(address), DnsType.Ptr, cancellationToken)).Texts;

    static string Normalize(string name) => name.TrimEnd('.').ToLowerInvariant();

    ValueTask<DnsAnswer> AskAsync(string name, DnsType type, CancellationToken cancellationToken)
    {
        var question = new DnsQuestion(Normalize(name), type);
        Task<DnsAnswer>? answer;
        lock (_gate)
        {
            if (_cache.Find(question, _options.Time.GetTimestamp()) is { } known) return new(known);
            if (!_underway.TryGetValue(question, out answer))
            {
                // Not bound to the token of the first who asks: others may wait for the same answer.
                answer = Task.Run(() => FindAsync(question, _closing.Token), CancellationToken.None);
                _underway.Add(question, answer);
            }
        }

        return new(answer.WaitAsync(cancellationToken));
    }

    async Task<DnsAnswer> FindAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        DnsAnswer? answer = null;
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return answer = await FollowAsync(question, cancellationToken);
        }
        finally
        {
            _slots.Release();
            lock (_gate)
            {
                _underway.Remove(question);
                if (answer is not null) _cache.Add(question, answer, EndOf(answer));
            }
        }
    }

    long EndOf(DnsAnswer answer) => _options.Time.GetTimestamp() + (long)(answer.TimeToLive.TotalSeconds * _options.Time.TimestampFrequency);

    /// <summary>Asks, and asks again for the name that an alias leads to where the server did not follow it.</summary>
    async Task<DnsAnswer> FollowAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        var name = question.Name;
        var shortest = _options.LongestTimeToLive;
        for (var i = 0; i < LongestChain; i++)
        {
            var asked = new DnsQuestion(name, question.Type);
            var response = await AskServersAsync(asked, cancellationToken);
            if (response is null) return DnsAnswer.None(NegativeWithoutSoa);
            var end = EndOfChain(response, asked, ref shortest);
            var records = response.Answers.Where(r => r.Type == question.Type && r.Name == end).ToList();
            if (records.Count > 0) return DnsAnswer.Of(records, shortest);
            if (response.Code == DnsResponseCode.NameError || end == name) return Negative(response, shortest);
            name = end;
        }

        return DnsAnswer.None(NegativeWithoutSoa);
    }

    static string EndOfChain(DnsResponse response, DnsQuestion question, ref TimeSpan shortest)
    {
        var name = question.Name;
        for (var i = 0; i < LongestChain; i++)
        {
            var alias = response.Answers.FirstOrDefault(r => r.Type == DnsType.Cname && r.Name == name);
            if (alias is null) break;
            name = alias.Text!;
            shortest = Shorter(shortest, TimeSpan.FromSeconds(alias.TimeToLive));
        }

        return name;
    }

    // RFC 2308 §5: an empty answer lives as long as the SOA record that comes with it says.
    DnsAnswer Negative(DnsResponse response, TimeSpan shortest)
    {
        var soa = response.Authority.FirstOrDefault(r => r.Type == DnsType.Soa);
        var life = soa is null ? NegativeWithoutSoa : TimeSpan.FromSeconds(soa.TimeToLive);
        return DnsAnswer.None(Shorter(Shorter(life, shortest), _options.LongestNegativeTimeToLive));
    }

    static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <returns>Null when the name cannot exist.</returns>
    async Task<DnsResponse?> AskServersAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        if (!CanBeAsked(question.Name)) return null;
        var (problem, last) = ("", (Exception?)null);
        for (var attempt = 0; attempt < _configuration.Attempts; attempt++)
        {
            foreach (var server in _configuration.Servers)
            {
                try
                {
                    var response = await AskServerAsync(server, question, cancellationToken);
                    if (response.Code is DnsResponseCode.NoError or DnsResponseCode.NameError) return response;
                    problem = $"{server} answered {response.Code}";
                }
                catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
                {
                    (problem, last) = ($"{server} did not answer within {_configuration.Timeout.TotalSeconds:0.##} s", e);
                }
                catch (Exception e) when (e is SocketException or IOException or DnsFormatException)
                {
                    (problem, last) = ($"{server} does not answer properly: {e.Message}", e);
                }
            }
        }

        throw new TransientException($"The name servers do not say what {question.Name} ({question.Type.ToString().ToUpperInvariant()}) is: {problem}.", inner: last);
    }

    async Task<DnsResponse> AskServerAsync(IPEndPoint server, DnsQuestion question, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_configuration.Timeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        return await DnsTransport.AskAsync(server, question, either.Token);
    }

    static bool CanBeAsked(string name)
    {
        Span<byte> query = stackalloc byte[DnsMessage.LongestQuery];
        try
        {
            DnsMessage.WriteQuery(query, 0, new DnsQuestion(name, DnsType.A));
            return true;
        }
        catch (DnsFormatException)
        {
            return false;
        }
    }

    /// <summary>Ends what is underway.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        _closing.Dispose();
        _slots.Dispose();
    }
}

/// <summary>An answer as it is remembered.</summary>
sealed record DnsAnswer(IReadOnlyList<IPAddress> Addresses, IReadOnlyList<string> Texts, TimeSpan TimeToLive)
{
    public static DnsAnswer None(TimeSpan timeToLive) => new([], [], timeToLive);

    public static DnsAnswer Of(IReadOnlyList<DnsRecord> records, TimeSpan most)
    {
        var least = TimeSpan.FromSeconds(records.Min(r => r.TimeToLive));
        return new([.. records.Select(r => r.Address).OfType<IPAddress>()], [.. records.Select(r => r.Text).OfType<string>()], least < most ? least : most);
    }
}

/// <summary>Answers until their end; when there are too many, the oldest go first. Not synchronized.</summary>
sealed class DnsCache(int most)
{
    readonly Dictionary<DnsQuestion, (DnsAnswer Answer, long End)> _answers = [];
    readonly Queue<DnsQuestion> _order = [];

    public DnsAnswer? Find(DnsQuestion question, long now) => _answers.TryGetValue(question, out var found) && found.End > now ? found.Answer : null;

    public void Add(DnsQuestion question, DnsAnswer answer, long end)
    {
        if (_answers.TryAdd(question, (answer, end))) _order.Enqueue(question);
        else _answers[question] = (answer, end);
        while (_order.Count > most) _answers.Remove(_order.Dequeue());
    }
}

/// <summary>The name under which the names of an address stand (RFC 1035 §3.5, RFC 3596 §2.5).</summary>
static class ReverseName
{
    public static string Of(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        Array.Reverse(bytes);
        return bytes.Length == 4
            ? string.Join('.', bytes) + ".in-addr.arpa"
            : string.Join('.', bytes.Select(b => $"{b & 0xF:x}.{b >> 4:x}")) + ".ip6.arpa";
    }
}
