namespace IntelMQ.Sdk;

/// <summary>Fetches raw data. The host calls it once per <c>rate_limit</c>, or it goes on yielding for as long as it listens.</summary>
public abstract class Collector : Bot
{
    /// <summary>
    /// Yields the reports of one run. Each report is safe in the queue when the iteration goes on, so that the collector
    /// may then delete or acknowledge what it was made from. The name, provider, code, documentation and accuracy of the
    /// feed are added by the host.
    /// </summary>
    /// <exception cref="TransientException">The source does not answer now; the host tries again later.</exception>
    protected internal abstract IAsyncEnumerable<Report> CollectAsync(CancellationToken cancellationToken);

    /// <summary>A report of these data, observed now.</summary>
    protected Report NewReport(ReadOnlyMemory<byte> raw, string? feedUrl = null)
    {
        var report = new Report(Context.Format);
        report.Add(Fields.FeedUrl, feedUrl);
        report.Put(Fields.TimeObservation, Context.Time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss+00:00", System.Globalization.CultureInfo.InvariantCulture));
        if (!raw.IsEmpty) report.Put(Fields.Raw, raw.ToArray());
        return report;
    }
}
