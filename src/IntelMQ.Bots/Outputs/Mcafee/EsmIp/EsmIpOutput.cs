using System.Text;

namespace IntelMQ.Bots.Outputs.Mcafee.EsmIp;

/// <summary>Adds the address of each event to a watch list of a McAfee (Trellix) Enterprise Security Manager.</summary>
/// <remarks>Addresses that were in the list already stay there once, so that sending them again does no harm.</remarks>
[Bot("intelmq.bots.outputs.mcafee.output_esm_ip")]
public sealed class EsmIpOutput(EsmIpOutputOptions options, IHttpClients clients) : Output
{
    readonly HttpClient _client = clients.Create(options);
    readonly Field _field = Field.Named(options.Field);
    readonly OrderedDictionary<string, bool> _waiting = new(StringComparer.Ordinal);
    Session? _session;

    /// <summary>What the server has given at the login, and the list.</summary>
    sealed record Session(string Cookie, string Token, FieldValue List);

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken) => _session = await LogInAsync(cancellationToken);

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        if (message.Get(_field) is { IsNone: false } value) _waiting[PythonValues.ToText(value)] = true;
        else Log.Info($"An event has no {options.Field} and is not sent to the ESM.");
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0) return;
        var answer = await AddAsync(_session ??= await LogInAsync(cancellationToken), cancellationToken);
        // A session ends after some time without work.
        if (answer.Status is 401 or 403) answer = await AddAsync(_session = await LogInAsync(cancellationToken), cancellationToken);
        answer.Expect();
        _waiting.Clear();
    }

    Task<HttpAnswer> AddAsync(Session session, CancellationToken cancellationToken) => PostAsync("sysAddWatchlistValues", new OrderedDictionary<string, object?>
    {
        ["watchlist"] = new OrderedDictionary<string, object?> { ["value"] = session.List.ToObject() },
        ["values"] = _waiting.Keys.Select(static value => (object?)value).ToList(),
    }, session, cancellationToken);

    async Task<Session> LogInAsync(CancellationToken cancellationToken)
    {
        var body = new OrderedDictionary<string, object?> { ["username"] = Base64(options.EsmUser), ["password"] = Base64(options.EsmPassword), ["locale"] = "en_US", ["os"] = "Win32" };
        using var request = NewRequest("login", body);
        Session session;
        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode >= 500) throw new TransientException($"The ESM '{options.EsmIp}' answers the login with the status {(int)response.StatusCode}.");
            if (!response.IsSuccessStatusCode) throw new ConfigurationException($"The ESM '{options.EsmIp}' refuses the login of '{options.EsmUser}' with the status {(int)response.StatusCode}.");
            session = new(Header(response, "Set-Cookie").Split(';')[0], Header(response, "Xsrf-Token"), default);
        }
        catch (HttpRequestException e)
        {
            throw new TransientException($"The ESM '{options.EsmIp}' cannot be reached: {e.Message}", inner: e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientException($"The ESM '{options.EsmIp}' does not answer in time.", inner: e);
        }

        return session with { List = await FindListAsync(session, cancellationToken) };
    }

    string Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.First() : throw new ConfigurationException($"The ESM '{options.EsmIp}' has given no {name} at the login; expected the API of version 10 or later.");

    async Task<FieldValue> FindListAsync(Session session, CancellationToken cancellationToken)
    {
        var wanted = new OrderedDictionary<string, object?> { ["hidden"] = false, ["dynamic"] = false, ["writeOnly"] = false, ["indexedOnly"] = false };
        var answer = (await PostAsync("sysGetWatchlists", wanted, session, cancellationToken)).Expect().Json();
        // Versions before 11 put the answer under "return".
        var lists = (answer.Value.List ?? answer.Get("return").List ?? []).Select(static item => new JsonRow(FieldValue.From(item))).ToList();
        if (lists.Find(list => list.Get("name").Text == options.EsmWatchlist) is not { } found)
            throw new ConfigurationException($"esm_watchlist: the ESM '{options.EsmIp}' has no watch list '{options.EsmWatchlist}'; it has {string.Join(", ", lists.Select(static list => list.Get("name").ToString()))}.");
        return found.Get("id", "value") is { IsNone: false } id ? id : found["id"];
    }

    async Task<HttpAnswer> PostAsync(string method, OrderedDictionary<string, object?> body, Session session, CancellationToken cancellationToken)
    {
        using var request = NewRequest(method, body);
        request.Headers.TryAddWithoutValidation("Cookie", session.Cookie);
        request.Headers.TryAddWithoutValidation("X-Xsrf-Token", session.Token);
        return await _client.AskAsync(request, cancellationToken);
    }

    HttpRequestMessage NewRequest(string method, OrderedDictionary<string, object?> body) =>
        new(HttpMethod.Post, $"https://{options.EsmIp}/rs/esm/{method}") { Content = new StringContent(JsonText.Write(FieldValue.From(body)), Encoding.UTF8, "application/json") };

    static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _client.Dispose();
        return base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="EsmIpOutput"/>.</summary>
public sealed record EsmIpOutputOptions : HttpOptions, ICheckable
{
    /// <summary>Address or name of the ESM.</summary>
    public string EsmIp { get; init; } = "1.2.3.4";

    /// <summary>The user, who may write watch lists.</summary>
    public string EsmUser { get; init; } = "NGCP";

    /// <summary>The user's password.</summary>
    [Parameter(Secret = true)]
    public required string EsmPassword { get; init; }

    /// <summary>Name of the watch list.</summary>
    public required string EsmWatchlist { get; init; }

    /// <summary>The field whose value is added.</summary>
    public string Field { get; init; } = "source.ip";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Uri.CheckHostName(EsmIp.Split(':')[0]) == UriHostNameType.Unknown && !System.Net.IPAddress.TryParse(EsmIp, out _)) yield return new(BotLogLevel.Error, $"esm_ip is '{EsmIp}'; expected an address or a host name.", "esm_ip");
        if (EsmWatchlist.Length == 0) yield return new(BotLogLevel.Error, "esm_watchlist is empty; expected the name of a watch list.", "esm_watchlist");
        if (Field.Length == 0) yield return new(BotLogLevel.Error, "field is empty; expected the name of a field.", "field");
    }
}
