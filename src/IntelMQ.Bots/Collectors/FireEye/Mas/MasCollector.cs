using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace IntelMQ.Bots.Collectors.FireEye.Mas;

/// <summary>Takes the indicators of malware that a FireEye (Trellix) appliance for mail or malware analysis has found.</summary>
[Bot("intelmq.bots.collectors.fireeye.collector_mas")]
public sealed class MasCollector(MasCollectorOptions options, IHttpClients clients) : Collector
{
    readonly HttpClient _client = clients.Create(options with { HttpUsername = null, HttpPassword = null });

    string Api => $"https://{options.Host}/wsapis/v2.0.0/";

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        // Name and password are for the login only.
        return default;
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var token = await LogInAsync(cancellationToken);
        var alerts = (await GetAsync($"alerts?duration={Uri.EscapeDataString(options.RequestDuration)}", "application/json", token, cancellationToken)).Json();
        foreach (var alert in alerts.Items("alert"))
        {
            if (alert.Get("product").Text is not ("EMAIL_MPS" or "MAS") || alert.Get("name").Text != "MALWARE_OBJECT") continue;
            var indicators = await GetAsync($"openioc?alert_uuid={Uri.EscapeDataString(alert["uuid"].ToString())}", "application/xml", token, cancellationToken);
            // As the original, a report for each hash, each with all of them.
            for (var hashes = CountHashes(indicators); hashes > 0; hashes--) yield return NewReport(indicators.Utf8());
        }
    }

    async Task<string> LogInAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Api + "auth/login");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.HttpUsername}:{options.HttpPassword}")));
        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode) throw new HttpRequestException($"The appliance '{options.Host}' has refused the login with the status {(int)response.StatusCode}.", null, response.StatusCode);
            return response.Headers.TryGetValues("X-FeApi-Token", out var tokens) ? tokens.First() : throw new InvalidDataException($"The appliance '{options.Host}' has given no token at the login.");
        }
        catch (HttpRequestException e) when (e.StatusCode is null)
        {
            throw new TransientException($"The appliance '{options.Host}' cannot be reached: {e.Message}", inner: e);
        }
    }

    async Task<HttpAnswer> GetAsync(string path, string mediaType, string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Api + path);
        request.Headers.Add("X-FeApi-Token", token);
        request.Headers.Add("Accept", mediaType);
        return (await _client.AskAsync(request, cancellationToken)).Expect();
    }

    int CountHashes(HttpAnswer indicators)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(indicators.Content), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XElement.Load(reader).Descendants().Count(static item => item.Name.LocalName == "IndicatorItem"
                && item.Elements().Any(static context => context.Name.LocalName == "Context" && context.Attribute("search")?.Value == "FileItem/Md5sum"));
        }
        catch (XmlException e)
        {
            Log.Error($"'{indicators.Url}' has answered with what is no XML, the alert is left out: {e.Message}");
            return 0;
        }
    }
}

/// <summary>Parameters of <see cref="MasCollector"/>; <c>http_username</c> and <c>http_password</c> are those of the appliance.</summary>
public sealed record MasCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>The name or address of the appliance.</summary>
    public required string Host { get; init; }

    /// <summary>How far back a run asks, as the appliance takes it: <c>1_hour</c>, <c>2_hours</c>, <c>6_hours</c>, <c>12_hours</c>, <c>24_hours</c>, <c>48_hours</c>.</summary>
    public required string RequestDuration { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        foreach (var (name, value) in new[] { ("host", Host), ("request_duration", RequestDuration), ("http_username", HttpUsername), ("http_password", HttpPassword) })
            if (string.IsNullOrEmpty(value))
                yield return new(BotLogLevel.Error, $"{name} is required.", name);
    }
}
