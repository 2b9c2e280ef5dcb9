using System.Runtime.CompilerServices;

namespace IntelMQ.Brokers.Embedded;

/// <summary>Looks into a store without a host, and without changing anything in it. Works beside a running host too.</summary>
public static class EmbeddedStore
{
    /// <summary>Who has the store open, as a phrase like "process 4711 (intelmq, started …)"; null if nobody was said to.</summary>
    public static string? Owner(string directory) => StoreLock.Owner(Path.GetFullPath(directory));

    /// <summary>All queues with their counters, in the order of their names. What a running host has leased counts as waiting.</summary>
    /// <exception cref="BrokerException">There is no store, or its journal cannot be read.</exception>
    public static Task<IReadOnlyList<QueueStatus>> ReadStatusAsync(string directory, CancellationToken cancellationToken) =>
        ReadAsync(directory, store => (IReadOnlyList<QueueStatus>)[.. store.Queues.Select(Status).OrderBy(status => status.Queue, StringComparer.Ordinal)], cancellationToken);

    /// <summary>Reads messages from the front of a queue.</summary>
    /// <exception cref="BrokerException">There is no such store or queue.</exception>
    public static Task<IReadOnlyList<ReadOnlyMemory<byte>>> PeekAsync(
        string directory, string queue, int max, CancellationToken cancellationToken) =>
        ReadAsync(
            directory,
            store =>
            {
                var found = store.Queues.Find(found => found.Ledger.Name == queue)
                    ?? throw new BrokerException($"There is no queue {queue} in the store {directory}.");
                var bodies = found.Undone(DiskFiles.Instance, [], cancellationToken).Take(max).Select(message => message.Body);
                return (IReadOnlyList<ReadOnlyMemory<byte>>)[.. bodies];
            },
            cancellationToken);

    /// <summary>Reads every message that is not done and tells what is damaged.</summary>
    /// <exception cref="BrokerException">There is no store, or it cannot be read.</exception>
    public static Task<StoreReport> VerifyAsync(string directory, CancellationToken cancellationToken)
    {
        var notices = new List<BrokerNotice>();
        return ReadAsync(
            directory,
            store =>
            {
                var queues = store.Queues.OrderBy(queue => queue.Ledger.Name, StringComparer.Ordinal)
                    .Select(queue => Verify(queue, notices, cancellationToken)).ToList();
                return new StoreReport(queues, notices);
            },
            cancellationToken,
            notices);
    }

    /// <summary>
    /// Reads what recovery has set aside: segments with damage, and what a power failure left of commits that were given up.
    /// </summary>
    public static async IAsyncEnumerable<SalvagedMessage> SalvageAsync(
        string directory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var aside = QueueFolder.SetAside(Path.GetFullPath(directory));
        foreach (var path in DiskFiles.Instance.FilesIn(aside).Order(StringComparer.Ordinal))
        {
            if (!path.EndsWith(".log", StringComparison.Ordinal)) continue;
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var message in await Task.Run(() => Salvage(path), cancellationToken)) yield return message;
        }
    }

    static async Task<T> ReadAsync<T>(
        string directory, Func<FoundStore, T> read, CancellationToken cancellationToken, List<BrokerNotice>? notices = null)
    {
        directory = Path.GetFullPath(directory);
        if (!Directory.Exists(QueueFolder.Root(directory))) throw new BrokerException($"There is no store in {directory}.");
        const int attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            notices?.Clear();
            try
            {
                return await Task.Run(
                    () => read(new Recovery(DiskFiles.Instance, directory, notice => notices?.Add(notice)).Read(checkUnflushed: false)),
                    cancellationToken);
            }
            catch (FileNotFoundException) when (attempt < attempts)
            {
                // A running host has just replaced its journal or given back a segment: look again.
            }
            catch (IOException exception) when (exception is not BrokerException)
            {
                throw new BrokerException($"The store {directory} cannot be read: {exception.Message}", exception);
            }
        }
    }

    static QueueStatus Status(FoundQueue queue)
    {
        var (ledger, limits) = (queue.Ledger, queue.Ledger.Limits);
        var full = (limits.Messages > 0 && ledger.Count >= limits.Messages) || (limits.Bytes > 0 && ledger.Bytes >= limits.Bytes);
        return new QueueStatus(ledger.Name, ledger.Count, 0, ledger.Bytes, full);
    }

    static QueueReport Verify(FoundQueue queue, List<BrokerNotice> notices, CancellationToken cancellationToken)
    {
        var lost = new List<LostMessages>();
        long messages = 0, bytes = 0;
        foreach (var (_, body) in queue.Undone(DiskFiles.Instance, lost, cancellationToken))
        {
            messages++;
            bytes += body.Length;
        }

        long unreadable = 0;
        foreach (var one in lost)
        {
            var missing = queue.Ledger.Acknowledged.Gaps(one.Range).Sum(gap => gap.Count);
            if (missing == 0) continue;
            unreadable += missing;
            notices.Add(new BrokerNotice(
                BrokerNoticeKind.DamagedLog,
                $"{missing} messages of queue {queue.Ledger.Name} cannot be read ({one.Segment?.Path ?? "their segment is gone"}).",
                queue.Ledger.Name, one.Segment?.Path, one.Segment is null ? null : one.Offset, missing));
        }

        var disk = queue.Segments.Sum(segment => segment.End);
        return new QueueReport(queue.Ledger.Name, messages, bytes, unreadable, queue.Segments.Count, disk);
    }

    static List<SalvagedMessage> Salvage(string path)
    {
        var found = new List<SalvagedMessage>();
        using var file = DiskFiles.Instance.Open(path, StoreFileMode.Read);
        var bytes = new byte[Math.Min(file.Length, Array.MaxLength)];
        var length = file.Read(bytes, 0);
        for (var offset = LogFormat.SegmentHeaderBytes; offset < length;)
        {
            var next = bytes.AsSpan(offset, length - offset).IndexOf(LogFormat.BatchMagic);
            if (next < 0) break;
            offset += next;
            if (!LogFormat.TryReadBatchHeader(bytes.AsSpan(offset, length - offset), out var batch))
            {
                offset++;
                continue;
            }

            offset = SalvageBatch(path, bytes.AsMemory(0, length), offset, batch, found);
        }

        return found;
    }

    static int SalvageBatch(string path, ReadOnlyMemory<byte> bytes, int start, in BatchHeader batch, List<SalvagedMessage> found)
    {
        var offset = start + LogFormat.BatchHeaderBytes;
        var end = (int)Math.Min(bytes.Length, start + batch.FileBytes);
        for (var sequence = batch.FirstSequence; sequence < batch.End; sequence++)
        {
            var record = bytes[offset..end];
            var length = LogFormat.RecordLength(record.Span);
            if (length < 0) return start + LogFormat.BatchHeaderBytes;
            var intact = LogFormat.IsRecordIntact(record.Span, length);
            found.Add(new SalvagedMessage(path, offset, sequence, record.Slice(LogFormat.RecordHeaderBytes, length), intact));
            offset += LogFormat.RecordHeaderBytes + length;
        }

        return offset;
    }
}

/// <summary>What <see cref="EmbeddedStore.VerifyAsync"/> found.</summary>
/// <param name="Queues">All queues in the order of their names.</param>
/// <param name="Notices">What is wrong, one notice per place; empty for a sound store.</param>
public sealed record StoreReport(IReadOnlyList<QueueReport> Queues, IReadOnlyList<BrokerNotice> Notices);

/// <summary>What a queue holds on the disk.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Messages">Messages that are not done and intact.</param>
/// <param name="Bytes">Bytes of those.</param>
/// <param name="Unreadable">Messages that are not done and cannot be read.</param>
/// <param name="Segments">Number of its files.</param>
/// <param name="DiskBytes">Bytes of its files.</param>
public sealed record QueueReport(string Queue, long Messages, long Bytes, long Unreadable, int Segments, long DiskBytes);

/// <summary>A message from a file that was set aside.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">Where its record begins in the file.</param>
/// <param name="Sequence">Its number in its queue.</param>
/// <param name="Body">Its bytes, which may differ from what was sent if it is not intact.</param>
/// <param name="IsIntact">
/// The checksum is right. Intact messages of a damaged segment have gone on to their bot already; those of a file with
/// <c>-cut-</c> in its name have not.
/// </param>
public sealed record SalvagedMessage(string File, long Offset, long Sequence, ReadOnlyMemory<byte> Body, bool IsIntact);
