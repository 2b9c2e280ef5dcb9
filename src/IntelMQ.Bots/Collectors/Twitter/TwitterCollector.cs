using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Collectors.Twitter;

/// <summary>Takes the tweets of users, and for some of them the texts on pastebin.com that they link to.</summary>
/// <remarks>Tweets are remembered as long as the bot runs; after a restart those within <c>timelimit</c> come again.</remarks>
[Bot("intelmq.bots.collectors.twitter.collector_twitter")]
public sealed partial class TwitterCollector(TwitterCollectorOptions options, IHttpClients clients) : Collector
{
    const string Timeline = "https://api.twitter.com/1.1/statuses/user_timeline.json";

    readonly Dictionary<string, string> _lastSeen = new(StringComparer.Ordinal);
    HttpClient? _client;
    OAuthSigner? _signer;
    DateTimeOffset _oldest;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _client = clients.Create(options);
        _signer = new(options.ConsumerKey, options.ConsumerSecret, options.AccessTokenKey, options.AccessTokenSecret, Context.Time);
        _oldest = Context.Time.GetUtcNow() - TimeSpan.FromSeconds(options.Timelimit);
        return default;
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in Names(options.TargetTimelines))
        {
            var tweets = await TimelineAsync(name, cancellationToken);
            var follows = Names(options.FollowUrls).Contains(name);
            // The newest is the first; what is remembered must not be newer than what is safe.
            foreach (var tweet in tweets.Value.List!.Reverse().Select(static item => new JsonRow(FieldValue.From(item))))
            {
                var id = tweet["id_str"].ToString();
                if (!IsTooOld(tweet))
                {
                    var url = $"https://twitter.com/{name}/status/{id}";
                    yield return NewReport(Encoding.UTF8.GetBytes((tweet.Has("full_text") ? tweet["full_text"] : tweet["text"]).ToString()), url);
                    if (follows && await LinkedAsync(tweet, cancellationToken) is { Length: > 0 } linked) yield return Linked(linked, url);
                }

                _lastSeen[name] = id;
            }
        }
    }

    Report Linked(byte[] text, string url)
    {
        var report = NewReport(text, url);
        report.Add(Fields.FeedCode, "url_text");
        return report;
    }

    async Task<JsonRow> TimelineAsync(string name, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> query =
        [
            new("count", options.TweetCount.ToString(CultureInfo.InvariantCulture)),
            new("exclude_replies", options.ExcludeReplies ? "true" : "false"),
            new("include_rts", options.IncludeRts ? "true" : "false"),
            new("screen_name", name),
            new("tweet_mode", "extended"),
        ];
        if (_lastSeen.TryGetValue(name, out var last)) query.Add(new("since_id", last));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Timeline}?{string.Join('&', query.Select(static pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"))}");
        request.Headers.TryAddWithoutValidation("Authorization", _signer!.Sign(Timeline, query, Guid.NewGuid().ToString("N")));
        var answer = await _client!.AskAsync(request, cancellationToken);
        if (answer.Status is 401 or 403) throw new ConfigurationException($"Twitter refuses the keys with the status {answer.Status} {answer.Reason}: {answer.Text}");
        var tweets = answer.Expect().Json();
        return tweets.Value.List is not null ? tweets : throw new InvalidDataException($"Twitter has answered with no list of tweets: {tweets}");
    }

    // "Wed Oct 10 20:19:24 +0000 2018"
    bool IsTooOld(JsonRow tweet) =>
        DateTimeOffset.TryParseExact(tweet["created_at"].ToString(), "ddd MMM dd HH:mm:ss zzz yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var created)
            ? created < _oldest
            : throw new InvalidDataException($"A tweet has the time '{tweet["created_at"]}'; expected one such as 'Wed Oct 10 20:19:24 +0000 2018'.");

    /// <summary>What stands on all pages of pastebin.com that a tweet links to.</summary>
    async Task<byte[]> LinkedAsync(JsonRow tweet, CancellationToken cancellationToken)
    {
        var texts = new List<byte>();
        foreach (var link in new JsonRow(tweet.Get("entities")).Items("urls"))
        {
            if (!link.TryGetText("expanded_url", out var url) || Paste.Match(url) is not { Success: true } match) continue;
            var answer = await _client!.GetAnswerAsync($"https://pastebin.com/raw/{match.Groups[1].Value}", cancellationToken);
            if (answer.IsSuccess) texts.AddRange(answer.Utf8());
            else Log.Warning($"'{answer.Url}' has answered with the status {answer.Status} and is left out.");
        }

        return [.. texts];
    }

    [GeneratedRegex(@"^https?://(?:www\.)?pastebin\.com/(?:raw/)?(\w+)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Paste { get; }

    static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="TwitterCollector"/>.</summary>
public sealed record TwitterCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>The users whose tweets are taken, with commas between.</summary>
    public string TargetTimelines { get; init; } = "";

    /// <summary>The users of these whose links to pastebin.com are followed, with commas between.</summary>
    public string FollowUrls { get; init; } = "";

    /// <summary>How many of the latest tweets of a user are looked at.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 200)]
    public int TweetCount { get; init; } = 20;

    /// <summary>Tweets that are older, in seconds before the start of the bot, are left out.</summary>
    [System.ComponentModel.DataAnnotations.Range(0, int.MaxValue)]
    public int Timelimit { get; init; } = 86400;

    /// <summary>Takes also what users pass on.</summary>
    public bool IncludeRts { get; init; } = true;

    /// <summary>Leaves answers to others out.</summary>
    public bool ExcludeReplies { get; init; }

    /// <summary>Key of the application.</summary>
    [Parameter(Secret = true, DefaultJson = "\"\"")]
    public string ConsumerKey { get; init; } = "";

    /// <summary>Secret of the application.</summary>
    [Parameter(Secret = true, DefaultJson = "\"\"")]
    public string ConsumerSecret { get; init; } = "";

    /// <summary>Key of the account.</summary>
    [Parameter(Secret = true, DefaultJson = "\"\"")]
    public string AccessTokenKey { get; init; } = "";

    /// <summary>Secret of the account.</summary>
    [Parameter(Secret = true, DefaultJson = "\"\"")]
    public string AccessTokenSecret { get; init; } = "";

    /// <summary>Accepted for the sake of existing configurations; without effect, as ever.</summary>
    public string DefaultScheme { get; init; } = "http";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (TargetTimelines.Trim(' ', ',').Length == 0) yield return new(BotLogLevel.Warning, "target_timelines is empty, so there is nothing to take; expected names of users.", "target_timelines");
        foreach (var (parameter, value) in new[] { ("consumer_key", ConsumerKey), ("consumer_secret", ConsumerSecret), ("access_token_key", AccessTokenKey), ("access_token_secret", AccessTokenSecret) })
            if (value.Length == 0)
                yield return new(BotLogLevel.Error, $"{parameter} is empty; expected the key that Twitter has given.", parameter);
    }
}
