using System.Globalization;
using System.Net;
using System.Text;
using IntelMQ.Conformance.Library;
using IntelMQ.Sdk.Testing;

namespace IntelMQ.Conformance.Bots;

/// <summary>Clock, name servers, web and cache as they were when a step was recorded.</summary>
sealed class RecordedServices
{
    RecordedServices(FakeTime time) => (Time, Cache) = (time, new MemoryCache(time));

    public FakeTime Time { get; }

    public FakeDns Dns { get; } = new();

    public FakeHttp Http { get; } = new();

    public MemoryCache Cache { get; }

    public object[] All => [Time, Dns, Http, Cache];

    public static async Task<RecordedServices> OfAsync(Vector step, CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.Parse(step.Text("now") ?? "2020-01-01T00:00:00+00:00", CultureInfo.InvariantCulture);
        var services = new RecordedServices(new FakeTime(now));
        foreach (var query in step.Records("dns")) services.AddQuery(query);
        foreach (var request in step.Records("http")) services.AddRequest(request);
        foreach (var database in step.MapOrEmpty("redis").GetValueOrDefault("before") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>())
            foreach (var (key, entry) in (IReadOnlyDictionary<string, object?>)database.Value!)
                if (((IReadOnlyDictionary<string, object?>)entry!)["value"] is string value)
                    await services.Cache.SetAsync(key, value, null, cancellationToken);
        return services;
    }

    /// <summary>Moves the clock on to where it stands in a later step.</summary>
    public void MoveTo(RecordedServices later)
    {
        var by = later.Time.GetUtcNow() - Time.GetUtcNow();
        if (by > TimeSpan.Zero) Time.Advance(by);
    }

    void AddQuery(Vector query)
    {
        var name = query.Text("query")!;
        if (query["error"] is IReadOnlyDictionary<string, object?> error)
        {
            // Names that do not exist are those that nobody adds.
            var isMissing = error.GetValueOrDefault("type") is "NXDOMAIN" or "NoAnswer" || error.GetValueOrDefault("errno") is long and not -3;
            if (!isMissing) Dns.Fail(name);
            return;
        }

        foreach (var answer in query.List("answer").Cast<string>())
        {
            if (query.Text("type") == "TXT") Dns.AddText(name, answer);
            else if (query.Text("type") == "PTR") Dns.AddName(AddressOf(name), answer);
            else Dns[name] = answer;
        }
    }

    // The reverse name of an IPv4 or IPv6 address; other names stay as they are.
    static string AddressOf(string name)
    {
        var parts = name.TrimEnd('.').Split('.');
        if (name.Contains("in-addr.arpa", StringComparison.Ordinal)) return string.Join('.', parts[..^2].Reverse());
        if (!name.Contains("ip6.arpa", StringComparison.Ordinal)) return name;
        var digits = string.Concat(parts[..^2].Reverse());
        return string.Join(':', digits.Chunk(4).Select(static group => new string(group)));
    }

    void AddRequest(Vector request)
    {
        var method = new HttpMethod((request.Text("method") ?? "GET").ToUpperInvariant());
        var url = request.Text("url")!;
        if (request["response"] is not IReadOnlyDictionary<string, object?> described)
        {
            Http.Answer(method, url, _ => throw new HttpRequestException($"The recording has no answer from {url}."));
            return;
        }

        var response = new Vector(described);
        var body = Body(response);
        Http.Answer(method, url, _ => Respond(response, body));
    }

    static HttpResponseMessage Respond(Vector response, byte[] body)
    {
        var message = new HttpResponseMessage((HttpStatusCode)(int)(response["status"] as long? ?? 200)) { Content = new ByteArrayContent(body), ReasonPhrase = response.Text("reason") };
        foreach (var (name, value) in response.MapOrEmpty("headers"))
        {
            // The body is recorded as it was after its transfer.
            if (name.ToUpperInvariant() is "CONTENT-LENGTH" or "CONTENT-ENCODING" or "TRANSFER-ENCODING") continue;
            if (!message.Headers.TryAddWithoutValidation(name, value as string)) message.Content.Headers.TryAddWithoutValidation(name, value as string);
        }

        return message;
    }

    static byte[] Body(Vector response) => response["body"] switch
    {
        string text => Encoding.UTF8.GetBytes(text),
        IReadOnlyDictionary<string, object?> map when map.GetValueOrDefault("base64") is string base64 => Convert.FromBase64String(base64),
        IReadOnlyDictionary<string, object?> map when map.GetValueOrDefault("$bytes") is string base64 => Convert.FromBase64String(base64),
        IReadOnlyDictionary<string, object?> map when map.GetValueOrDefault("text") is string text => Encoding.UTF8.GetBytes(text),
        _ => [],
    };
}
