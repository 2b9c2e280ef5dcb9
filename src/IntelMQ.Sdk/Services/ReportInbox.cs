using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace IntelMQ.Sdk;

/// <summary>
/// Between a collector that listens (to a socket, a subscription, an HTTP endpoint) and the host, which asks for one report
/// after the other: whoever hands a report in learns when it is safe, and may only then tell its sender so.
/// </summary>
/// <remarks>
/// <code>
/// async Task OnMessage(byte[] body) { await inbox.PutAsync(NewReport(body), stopping); await connection.AcknowledgeAsync(); }
/// protected override IAsyncEnumerable&lt;Report&gt; CollectAsync(CancellationToken c) =&gt; inbox.ReadAllAsync(c);
/// </code>
/// </remarks>
public sealed class ReportInbox
{
    readonly Channel<Entry> _entries;

    /// <summary>An inbox.</summary>
    /// <param name="capacity">How many reports may wait; whoever hands in one more waits for room.</param>
    public ReportInbox(int capacity = 64) => _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(capacity) { SingleReader = true });

    sealed record Entry(Report Report, TaskCompletionSource Safe);

    /// <summary>Hands a report in; returns when it is safe in the queue of the parser. Several may be handed in at once.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the report may become safe all the same.</exception>
    /// <exception cref="InvalidOperationException">The host has refused the report or has stopped reading; the cause is inside.</exception>
    public async Task PutAsync(Report report, CancellationToken cancellationToken)
    {
        var entry = new Entry(report, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _entries.Writer.WriteAsync(entry, cancellationToken);
        await entry.Safe.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Says that no more reports come: because the source has ended, or with the error that has ended it, which <see cref="ReadAllAsync"/> then throws.</summary>
    public void Complete(Exception? error = null) => _entries.Writer.TryComplete(error);

    /// <summary>What <see cref="Collector.CollectAsync"/> returns: the reports as they come, each safe when the next is asked for.</summary>
    public async IAsyncEnumerable<Report> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in _entries.Reader.ReadAllAsync(cancellationToken))
        {
            var isSafe = false;
            try
            {
                yield return entry.Report;
                isSafe = true;
            }
            finally
            {
                // The host leaves here without coming back when it could not commit.
                if (isSafe) entry.Safe.TrySetResult();
                else entry.Safe.TrySetException(new InvalidOperationException("The report was not taken; the collector stops or starts anew."));
            }
        }
    }
}
