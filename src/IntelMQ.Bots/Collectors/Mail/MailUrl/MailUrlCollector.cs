using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Collectors.Mail.MailUrl;

/// <summary>Downloads what the texts of unseen mails name by a URL.</summary>
[Bot("intelmq.bots.collectors.mail.collector_mail_url")]
public sealed class MailUrlCollector(MailUrlCollectorOptions options, IHttpClients clients) : MailCollector(options)
{
    static readonly Field FileName = Field.Named("extra.file_name");

    readonly HttpClient _client = clients.Create(options);
    Regex? _url;

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        _url = PythonRegex.Compile(options.UrlRegex);
    }

    private protected override async IAsyncEnumerable<Report> ReadAsync(ReceivedMail mail, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var hasFailed = false;
        foreach (var text in mail.Plain)
        {
            if (_url!.Match(Encoding.UTF8.GetString(text)) is not { Success: true } match) continue;
            var url = match.Value.Trim();
            if (await TryDownloadAsync(url, cancellationToken) is not { } answer)
            {
                hasFailed = true;
                continue;
            }

            if (answer.Content.Length == 0) Log.Warning($"'{url}' is empty.");
            await foreach (var part in ReportChunks.SplitAsync(new MemoryStream(answer.Utf8()), options.ChunkSize, options.ChunkReplicateHeader, cancellationToken))
            {
                var report = NewReport(mail, part, url);
                report.Add(FileName, answer.FileName);
                yield return report;
            }

            mail.IsDone = true;
        }

        // An operator who lets errors pass wants no second try either.
        if (hasFailed) mail.IsDone = options.ErrorProcedure == "pass";
    }

    async Task<HttpAnswer?> TryDownloadAsync(string url, CancellationToken cancellationToken)
    {
        Log.Info($"Downloading '{url}'.");
        try
        {
            return (await _client.GetAnswerAsync(url, cancellationToken)).Expect();
        }
        catch (Exception e) when (e is TransientException or HttpRequestException or ConfigurationException)
        {
            // The URL is the mail's, so none of these is about the configuration of the bot.
            Log.Error($"What a mail names cannot be downloaded: {e.Message}");
            return null;
        }
    }
}

/// <summary>Parameters of <see cref="MailUrlCollector"/>.</summary>
public sealed record MailUrlCollectorOptions : MailCollectorOptions
{
    /// <summary>A regular expression for the URL; what it matches is downloaded.</summary>
    public string UrlRegex { get; init; } = "http://";

    /// <summary>Splits larger files at line ends into reports of about this many bytes; without it each file is one report.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, int.MaxValue)]
    public int? ChunkSize { get; init; }

    /// <summary>Repeats the first line of the file in each report that it is split into.</summary>
    public bool ChunkReplicateHeader { get; init; } = true;

    /// <summary>With <c>pass</c> a mail whose download failed is marked as seen; otherwise it is tried again in the next run.</summary>
    public string ErrorProcedure { get; init; } = "stop";

    /// <inheritdoc />
    public override IEnumerable<CheckResult> Check()
    {
        foreach (var problem in base.Check()) yield return problem;
        if (RegexProblem.Of(UrlRegex) is { } regex) yield return new(BotLogLevel.Error, $"url_regex: {regex}", "url_regex");
    }
}
