using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.Lookyloo;

/// <summary>Has a Lookyloo server capture the page of <c>source.url</c> and adds the link to the capture.</summary>
[Bot("intelmq.bots.experts.lookyloo.expert")]
public sealed class LookylooExpert(LookylooExpertOptions options, IHttpClients clients) : Enricher
{
    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        if (!e.TryGet(Source.Url, out var url)) return;
        var wanted = new OrderedDictionary<string, object?> { ["url"] = url, ["user_agent"] = options.HttpUserAgent };
        var server = options.InstanceUrl.TrimEnd('/');
        var answer = (await _client.PostJsonAsync($"{server}/submit", JsonText.Write(FieldValue.From(wanted)), cancellationToken)).Expect().Json().Value;
        e.Add(ScreenshotUrl, answer.Text is { Length: > 0 } capture ? $"{server}/tree/{capture}" : throw new InvalidDataException($"'{server}/submit' answered {JsonText.Write(answer)}; expected the number of a capture."));
    }
}

/// <summary>Parameters of <see cref="LookylooExpert"/>.</summary>
public sealed record LookylooExpertOptions : HttpOptions, ICheckable
{
    /// <summary>Where the server is.</summary>
    public string InstanceUrl { get; init; } = "http://localhost:5100/";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (UrlProblem("instance_url", InstanceUrl) is { } problem) yield return problem;
    }
}
