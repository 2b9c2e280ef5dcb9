using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace IntelMQ.Bots.Outputs.Elasticsearch;

/// <summary>Stores events as documents in Elasticsearch or OpenSearch.</summary>
/// <remarks>
/// Many documents go with one request (bulk API). The id of a document is made of its content: one that is sent again, say after
/// a lost answer, replaces itself.
/// </remarks>
[Bot("intelmq.bots.outputs.elasticsearch.output")]
public sealed class ElasticsearchOutput(ElasticsearchOutputOptions options, IHttpClients clients) : Output
{
    static readonly IReadOnlyDictionary<string, string> Rotations = EmbeddedTable.Read<ElasticsearchOutput>("rotations.table.json").Texts();

    readonly string _server = $"{(options.UseSsl ? "https" : "http")}://{options.ElasticHost}:{options.ElasticPort}";
    readonly ArrayBufferWriter<byte> _waiting = new(64 << 10);
    HttpClient? _client;

    string? Rotation => Rotations.GetValueOrDefault(options.RotateIndex);

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _client = clients.Create(new ElasticsearchHttp
        {
            HttpUsername = options.HttpUsername,
            HttpPassword = options.HttpPassword,
            HttpVerifyCert = !options.HttpVerifyCert ? false : options.SslCaCertificate is { Length: > 0 } authorities ? authorities : true,
        });
        if (options is { UseSsl: true, HttpVerifyCert: false, SslShowWarnings: true }) Log.Warning("Certificates of the Elasticsearch server are not verified (http_verify_cert is false).");
        if (Rotation is null) await CreateIndexAsync(cancellationToken);
        else await CheckTemplateAsync(cancellationToken);
    }

    async Task CreateIndexAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{_server}/{options.ElasticIndex}");
        var answer = await _client!.AskAsync(request, cancellationToken);
        // It is there already.
        if (answer.Status != (int)HttpStatusCode.BadRequest) Expect(answer);
    }

    /// <summary>Indices that come into being later need a template, or the fields have the types that the first document suggests.</summary>
    async Task CheckTemplateAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"{_server}/_template/{options.ElasticIndex}");
        var answer = await _client!.AskAsync(request, cancellationToken);
        if (answer.Status == (int)HttpStatusCode.NotFound)
            throw new ConfigurationException($"rotate_index is {options.RotateIndex}, and the server has no index template '{options.ElasticIndex}'; expected one, which is used for each new index.");
        Expect(answer);
    }

    /// <summary>A server that does not let us in will not until somebody mends the configuration.</summary>
    static HttpAnswer Expect(HttpAnswer answer) =>
        answer.Status is 401 or 403 ? throw new ConfigurationException($"The server refuses '{answer.Url}' with the status {answer.Status} {answer.Reason}: {answer.Text}") : answer.Expect();

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        var document = Encoding.UTF8.GetBytes(JsonText.Write(FieldValue.From(Document(message)), ascii: false));
        var index = IndexName(message);
        var id = Convert.ToHexStringLower(SHA256.HashData(document));
        _waiting.Write(Encoding.UTF8.GetBytes($$$"""{"index": {"_index": {{{JsonText.Write(index)}}}, "_id": "{{{id}}}"}}""" + "\n"));
        _waiting.Write(document);
        _waiting.Write("\n"u8);
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.WrittenCount == 0) return;
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_server}/_bulk") { Content = new ReadOnlyMemoryContent(_waiting.WrittenMemory) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        var answer = Expect(await _client!.AskAsync(request, cancellationToken)).Json();
        if (answer.Get("errors").TryGetBoolean(out var hasErrors) && hasErrors) ThrowFor(answer);
        _waiting.ResetWrittenCount();
    }

    /// <summary>One document that the server has no room for now holds up all; one that it never takes is found when the host sends each by itself.</summary>
    static void ThrowFor(JsonRow answer)
    {
        var refused = answer.Items("items").Select(static item => item.Object("index")).Where(static result => result.Get("status").TryGetInteger(out var status) && status >= 300).ToList();
        var example = refused.FirstOrDefault()?.Get("error").ToString();
        if (refused.Exists(static result => result.Get("status").TryGetInteger(out var status) && status is 429 or >= 500))
            throw new TransientException($"The server cannot store {refused.Count} documents now: {example}");
        throw new InvalidMessageException($"The server refuses {refused.Count} documents: {example}");
    }

    Dictionary<string, object?> Document(Message message)
    {
        var document = new Dictionary<string, object?>(message.ToMap());
        foreach (var field in options.FlattenFields)
        {
            if (!document.TryGetValue(field, out var value) || MapOf(value) is not { } nested) continue;
            document.Remove(field);
            foreach (var (key, below) in nested) document[$"{field}_{key}"] = below;
        }

        return string.IsNullOrEmpty(options.ReplacementChar) ? document : WithoutDots(document);
    }

    static IReadOnlyDictionary<string, object?>? MapOf(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => map,
        string text when JsonText.TryParse(text, out var parsed) => parsed.Map,
        _ => null,
    };

    Dictionary<string, object?> WithoutDots(IEnumerable<KeyValuePair<string, object?>> map)
    {
        var replaced = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in map)
            replaced[key.Replace(".", options.ReplacementChar, StringComparison.Ordinal)] = value is IReadOnlyDictionary<string, object?> below ? WithoutDots(below) : value;
        return replaced;
    }

    string IndexName(Message message)
    {
        if (Rotation is not { } format) return options.ElasticIndex;
        return $"{options.ElasticIndex}-{StrftimeText.Format(format, TimeOf(message))}";
    }

    DateTimeOffset TimeOf(Message message)
    {
        foreach (var field in (ReadOnlySpan<Field<string>>)[Fields.TimeSource, Fields.TimeObservation])
            if (message.TryGet(field, out var text) && PointInTime.TryRead(text, out var time))
                return time;
        return Context.Time.GetUtcNow();
    }
}

/// <summary>How the server is reached.</summary>
sealed record ElasticsearchHttp : HttpOptions;

/// <summary>Parameters of <see cref="ElasticsearchOutput"/>.</summary>
public sealed record ElasticsearchOutputOptions : BotOptions, ICheckable
{
    /// <summary>Host name or address of the server.</summary>
    public string ElasticHost { get; init; } = "127.0.0.1";

    /// <summary>Port of the server.</summary>
    public int ElasticPort { get; init; } = 9200;

    /// <summary>Name of the index, or what the names of the indices begin with.</summary>
    public string ElasticIndex { get; init; } = "intelmq";

    /// <summary>How often there is a new index, by the time of the event: <c>never</c>, <c>daily</c>, <c>weekly</c>, <c>monthly</c> or <c>yearly</c>.</summary>
    public string RotateIndex { get; init; } = "never";

    /// <summary>User name for basic authentication.</summary>
    public string? HttpUsername { get; init; }

    /// <summary>Password for basic authentication.</summary>
    [Parameter(Secret = true)]
    public string? HttpPassword { get; init; }

    /// <summary>Speaks HTTPS.</summary>
    public bool UseSsl { get; init; }

    /// <summary>Whether the server's certificate is verified.</summary>
    public bool HttpVerifyCert { get; init; }

    /// <summary>File with the certificate authorities to trust.</summary>
    public string? SslCaCertificate { get; init; }

    /// <summary>Warns when certificates are not verified.</summary>
    public bool SslShowWarnings { get; init; } = true;

    /// <summary>What stands for the dots in names; null keeps them.</summary>
    public string? ReplacementChar { get; init; }

    /// <summary>Fields whose objects become fields of their own, <c>extra_name</c>.</summary>
    [Parameter(DefaultJson = """["extra"]""")]
    public IReadOnlyList<string> FlattenFields { get; init; } = ["extra"];

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (RotateIndex is not ("never" or "daily" or "weekly" or "monthly" or "yearly"))
            yield return new(BotLogLevel.Error, $"rotate_index is '{RotateIndex}'; expected never, daily, weekly, monthly or yearly.", "rotate_index");
        if (ElasticIndex.Length == 0) yield return new(BotLogLevel.Error, "elastic_index is empty; expected the name of an index.", "elastic_index");
    }
}
