using System.ComponentModel.DataAnnotations;
using System.Net.Http.Headers;
using System.Text;

namespace IntelMQ.Bots.Experts.SplunkSavedSearch;

/// <summary>Runs a saved search of Splunk with values of an event and adds what it finds.</summary>
[Bot("intelmq.bots.experts.splunk_saved_search.expert", SingleInstance = true)]
public sealed class SplunkSavedSearchExpert(SplunkSavedSearchExpertOptions options, IHttpClients clients) : Expert
{
    /// <summary>Small searches are done by then; after that <c>retry_interval</c> counts.</summary>
    static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    readonly (Field Field, string Parameter)[] _parameters = [.. options.SearchParameters.Select(static pair => (Field.Named(pair.Key), pair.Value))];
    readonly (string Result, Field Field)[] _results = [.. options.ResultFields.Select(static pair => (pair.Key, Field.Named(pair.Value)))];
    readonly string _jobs = $"{options.Url.TrimEnd('/')}/services/search/jobs";
    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (message is not Event e) throw new InvalidMessageException("A report came; expected an event. Put a parser before this bot.");
        if (QueryFor(e) is not { } query || Use(await SearchAsync(query, cancellationToken), e)) await emitter.SendAsync(e, cancellationToken: cancellationToken);
    }

    /// <returns>Null when the event lacks a field.</returns>
    string? QueryFor(Event e)
    {
        var query = new StringBuilder("|savedsearch ").Append(Quote(options.SavedSearch));
        foreach (var (field, parameter) in _parameters)
        {
            if (e.Get(field) is not { IsNone: false } value)
            {
                Log.Warning($"The event has no {field.Name}, by which is to be searched; it goes on as it is.");
                return null;
            }

            query.Append(' ').Append(Quote(parameter)).Append('=').Append(Quote(PythonValues.ToText(value)));
        }

        if (options.OfMany.Contains(MultipleResults.Limit)) query.Append(" | head 1");
        return query.ToString();
    }

    // A quote in a value of an event would end the text and begin commands of Splunk.
    static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    async Task<IReadOnlyList<JsonRow>> SearchAsync(string query, CancellationToken cancellationToken)
    {
        using var form = new FormUrlEncodedContent([new("output_mode", "json"), new("search", query)]);
        var job = (await AskAsync(HttpMethod.Post, _jobs, form, cancellationToken)).Json().Get("sid").Text ?? throw new InvalidDataException($"'{_jobs}' has not said the number of the search (sid).");
        var url = $"{_jobs}/{Uri.EscapeDataString(job)}/results/?output_mode=json";
        for (var wait = FirstWait; ; wait = TimeSpan.FromSeconds(options.RetryInterval))
        {
            await Task.Delay(wait, Context.Time, cancellationToken);
            var answer = await AskAsync(HttpMethod.Get, url, null, cancellationToken);
            switch (answer.Status)
            {
                case 200:
                    return [.. answer.Json().Items("results")];
                case 204:
                    // Still searching; a search that is never done is removed by Splunk and answers 404 then.
                    continue;
                default:
                    throw new InvalidDataException($"'{url}' has answered with the status {answer.Status} {answer.Reason}; expected 200 or 204.");
            }
        }
    }

    async Task<HttpAnswer> AskAsync(HttpMethod method, string url, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.AuthToken);
        return (await _client.AskAsync(request, cancellationToken)).Expect();
    }

    /// <returns>Whether the event goes on.</returns>
    bool Use(IReadOnlyList<JsonRow> results, Event e)
    {
        switch (results)
        {
            case []:
                if (options.OfNone.Contains(NoResult.Warn)) Log.Warning($"The search '{options.SavedSearch}' has found nothing for an event.");
                return !options.OfNone.Contains(NoResult.Drop);
            case [var only]:
                Add(only, e);
                return true;
            default:
                if (options.OfMany.Contains(MultipleResults.Warn)) Log.Warning($"The search '{options.SavedSearch}' has found {results.Count} results for an event; expected one.");
                if (options.OfMany.Contains(MultipleResults.UseFirst)) Add(results[0], e);
                return !options.OfMany.Contains(MultipleResults.Drop);
        }
    }

    void Add(JsonRow result, Event e)
    {
        foreach (var (name, field) in _results)
        {
            if (!result.TryGet(name, out var value)) continue;
            // Without a word about it, a field that has a value is an error.
            if (options.Overwrite is { } overwrite) e.Enrich(field, value, overwrite);
            else e.Add(field, value);
        }
    }
}

/// <summary>Words of <c>not_found</c>.</summary>
static class NoResult
{
    public const string Warn = "warn", Send = "send", Drop = "drop";
}

/// <summary>Words of <c>multiple_result_handling</c>.</summary>
static class MultipleResults
{
    public const string Limit = "limit", Warn = "warn", UseFirst = "use_first", Ignore = "ignore", Send = "send", Drop = "drop";
}

/// <summary>Parameters of <see cref="SplunkSavedSearchExpert"/>.</summary>
public sealed record SplunkSavedSearchExpertOptions : HttpOptions, ICheckable
{
    /// <summary>The REST interface of Splunk, such as <c>https://splunk.example.com:8089</c>.</summary>
    public required string Url { get; init; }

    /// <summary>The token that the bot shows to Splunk.</summary>
    [Parameter(Secret = true)]
    public required string AuthToken { get; init; }

    /// <summary>The name of the saved search.</summary>
    public required string SavedSearch { get; init; }

    /// <summary>Fields of the event and the parameters of the search that get their values.</summary>
    [Parameter(DefaultJson = """{"event field": "search parameter"}""")]
    public IReadOnlyDictionary<string, string> SearchParameters { get; init; } = new Dictionary<string, string> { ["event field"] = "search parameter" };

    /// <summary>Fields of a result and the fields of the event that get their values.</summary>
    [Parameter(DefaultJson = """{"result field": "event field"}""")]
    public IReadOnlyDictionary<string, string> ResultFields { get; init; } = new Dictionary<string, string> { ["result field"] = "event field" };

    /// <summary>Seconds between two questions whether a search is done.</summary>
    [Range(1, 3600)]
    public int RetryInterval { get; init; } = 5;

    /// <summary>Replaces what an event has (true) or leaves it (false); when it is not given, a field with a value is an error.</summary>
    public bool? Overwrite { get; init; }

    /// <summary>What happens when nothing is found: <c>warn</c>, and <c>send</c> or <c>drop</c>.</summary>
    [Parameter(Name = "not_found", DefaultJson = """["warn", "send"]""")]
    public IReadOnlyList<string> OfNone { get; init; } = [NoResult.Warn, NoResult.Send];

    /// <summary>What happens with several results: <c>limit</c> lets Splunk find only one, or <c>warn</c>; <c>use_first</c> or <c>ignore</c>; <c>send</c> or <c>drop</c>.</summary>
    [Parameter(Name = "multiple_result_handling", DefaultJson = """["warn", "use_first", "send"]""")]
    public IReadOnlyList<string> OfMany { get; init; } = [MultipleResults.Warn, MultipleResults.UseFirst, MultipleResults.Send];

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) yield return new(BotLogLevel.Error, $"url is '{Url}'; expected a URL with http:// or https://.", "url");
        if (SavedSearch.Length == 0) yield return new(BotLogLevel.Error, "saved_search is empty; expected the name of a saved search.", "saved_search");
        foreach (var problem in ProblemsOf("not_found", OfNone, [[NoResult.Warn], [NoResult.Send, NoResult.Drop]])) yield return problem;
        foreach (var problem in ProblemsOf("multiple_result_handling", OfMany, [[MultipleResults.Limit, MultipleResults.Warn], [MultipleResults.UseFirst, MultipleResults.Ignore], [MultipleResults.Send, MultipleResults.Drop]])) yield return problem;
    }

    /// <summary>Unknown words, and words of which only one makes sense.</summary>
    static IEnumerable<CheckResult> ProblemsOf(string parameter, IReadOnlyList<string> words, string[][] alternatives) =>
    [
        .. words.Except(alternatives.SelectMany(static word => word)).Select(word => new CheckResult(BotLogLevel.Error, $"{parameter} has '{word}'; expected {string.Join(", ", alternatives.SelectMany(static names => names))}.", parameter)),
        .. alternatives.Where(group => group.Count(words.Contains) > 1).Select(group => new CheckResult(BotLogLevel.Error, $"{parameter} has both {string.Join(" and ", group)}; expected one of them.", parameter)),
    ];
}
