using System.Net.Http.Headers;
using System.Text;

namespace IntelMQ.Bots.Outputs.RestApi;

/// <summary>Posts each message to a web service.</summary>
[Bot("intelmq.bots.outputs.restapi.output")]
public sealed class RestApiOutput(RestApiOutputOptions options, IHttpClients clients) : Output
{
    static readonly MediaTypeHeaderValue Json = new("application/json", "utf-8");
    static readonly MediaTypeHeaderValue Form = new("application/x-www-form-urlencoded");

    readonly MessageJsonOptions _form = new() { Hierarchical = options.HierarchicalOutput };
    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        var map = message.ToMap(_form);
        var body = options.UseJson ? Encoding.UTF8.GetBytes(JsonText.Write(FieldValue.From(map))) : await FormAsync(map, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Host) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = options.UseJson ? Json : Form;
        Authenticate(request);
        var answer = await _client.AskAsync(request, cancellationToken);
        // What is not followed of the redirections counts as taken, as in the original.
        if (answer.Status >= 400) answer.Expect();
    }

    static async Task<byte[]> FormAsync(IReadOnlyDictionary<string, object?> map, CancellationToken cancellationToken)
    {
        using var form = new FormUrlEncodedContent(map.Select(static pair => KeyValuePair.Create(pair.Key, PythonValues.ToText(FieldValue.From(pair.Value)))));
        return await form.ReadAsByteArrayAsync(cancellationToken);
    }

    void Authenticate(HttpRequestMessage request)
    {
        if (string.IsNullOrEmpty(options.AuthTokenName) || string.IsNullOrEmpty(options.AuthToken)) return;
        if (options.AuthType == RestApiAuthentication.HttpHeader) request.Headers.TryAddWithoutValidation(options.AuthTokenName, options.AuthToken);
        else if (options.AuthType == RestApiAuthentication.HttpBasicAuth)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.AuthTokenName}:{options.AuthToken}")));
    }
}

/// <summary>How the service learns who is writing.</summary>
public enum RestApiAuthentication
{
    /// <summary>By a header of its own.</summary>
    HttpHeader,

    /// <summary>By user name and password.</summary>
    HttpBasicAuth,
}

/// <summary>Parameters of <see cref="RestApiOutput"/>.</summary>
public sealed record RestApiOutputOptions : HttpOptions, ICheckable
{
    /// <summary>The URL to post to.</summary>
    public required string Host { get; init; }

    /// <summary>How the service learns who is writing: <c>http_header</c> or <c>http_basic_auth</c>; nothing is sent without it.</summary>
    public RestApiAuthentication? AuthType { get; init; }

    /// <summary>Name of the header, or the user name.</summary>
    public string? AuthTokenName { get; init; }

    /// <summary>Content of the header, or the password.</summary>
    [Parameter(Secret = true)]
    public string? AuthToken { get; init; }

    /// <summary>Posts JSON; otherwise the fields of a form.</summary>
    public bool UseJson { get; init; } = true;

    /// <summary>Writes nested objects instead of names with dots.</summary>
    public bool HierarchicalOutput { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (UrlProblem("host", Host) is { } problem) yield return problem;
        if (AuthType is not null && (string.IsNullOrEmpty(AuthTokenName) || string.IsNullOrEmpty(AuthToken)))
            yield return new(BotLogLevel.Error, "auth_type is set; expected auth_token_name and auth_token beside it.", "auth_type");
    }
}
