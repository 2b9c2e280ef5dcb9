using System.Runtime.CompilerServices;

namespace IntelMQ.Bots.Collectors.Http;

/// <summary>Downloads a file once per run.</summary>
/// <remarks>
/// Archives are unpacked: with <c>extract_files</c> ZIP, tar and gzip, otherwise those in ZIP form; each file in them becomes a
/// report. A signature can be verified with GnuPG, whose program <c>gpg</c> must be installed then.
/// </remarks>
[Bot("intelmq.bots.collectors.http.collector_http")]
public sealed class HttpCollector(HttpCollectorOptions options, IHttpClients clients) : Collector
{
    static readonly Field FileName = Field.Named("extra.file_name");

    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (options.VerifyPgpSignatures) Log.Info("PGP signature verification is active.");
        return default;
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = Context.Time.GetLocalNow();
        var url = TimeTemplate.Fill(options.HttpUrl, options.HttpUrlFormatting, now);
        Log.Info($"Downloading report from '{url}'.");
        var download = (await _client.GetAnswerAsync(url, cancellationToken)).Expect();
        Log.Info("Report downloaded.");

        if (options.VerifyPgpSignatures && !await IsSignedAsync(download.Content, now, cancellationToken)) yield break;

        foreach (var (name, content) in Unpack(download))
        {
            var report = NewReport(content, url);
            report.Add(FileName, name);
            yield return report;
        }
    }

    /// <summary>The files in what was downloaded; the whole of it when it is no archive.</summary>
    IReadOnlyList<ArchiveMember> Unpack(HttpAnswer download) =>
        ArchiveSelection.From(options.ExtractFiles) is { IsWanted: true } selection ? selection.Extract(download.Content)
        : Archives.TryUnzip(download.Content) ?? [new ArchiveMember(null, download.Utf8())];

    async Task<bool> IsSignedAsync(byte[] content, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var url = TimeTemplate.Fill(options.SignatureUrl!, options.SignatureUrlFormatting, now);
        Log.Info($"Downloading PGP signature from '{url}'.");
        var signature = (await _client.GetAnswerAsync(url, cancellationToken)).Expect();
        var verdict = await PgpSignature.VerifyAsync(content, signature.Content, options.GpgKeyring, cancellationToken);
        if (verdict is null) return true;
        Log.Error($"PGP signature verification failed, the report is dropped: {verdict}");
        return false;
    }
}
