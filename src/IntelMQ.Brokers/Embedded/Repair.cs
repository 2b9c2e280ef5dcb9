namespace IntelMQ.Brokers.Embedded;

/// <summary>Brings the files into the state that recovery found, before anything is written. What might be missed is kept aside.</summary>
internal sealed class Repair(IStoreFiles files, string directory, Action<BrokerNotice> notify)
{
    public void Apply(FoundStore store)
    {
        var keep = store.IsRolledBack || store.IsJournalDamaged;
        if (store.IsJournalDamaged)
        {
            foreach (var journal in store.Journals) KeepAside(journal, Path.GetFileName(journal));
        }

        foreach (var queue in store.Queues)
        {
            if (!files.Exists(Path.Combine(queue.Folder, "name"))) QueueFolder.Create(files, queue.Folder, queue.Ledger.Name);
            foreach (var leftover in queue.Leftovers) RemoveLeftover(queue, leftover, keep);
            if (queue.Active is { } active) CutTail(queue, active, keep);
        }
    }

    void RemoveLeftover(FoundQueue queue, string path, bool keep)
    {
        if (keep) KeepAside(path, AsideName(queue, path));
        using (var file = files.Open(path, StoreFileMode.Read))
        {
            Report(queue, path, file.Length);
        }

        files.Delete(path);
    }

    void CutTail(FoundQueue queue, Segment segment, bool keep)
    {
        using var file = files.Open(segment.Path, StoreFileMode.Write);
        var surplus = file.Length - segment.End;
        if (surplus <= 0) return;
        if (keep) Copy(file, segment.End, Path.Combine(QueueFolder.SetAside(directory), AsideName(queue, segment.Path)));
        Report(queue, segment.Path, surplus);
        file.SetLength(segment.End);
    }

    void Report(FoundQueue queue, string path, long bytes) => notify(new BrokerNotice(
        BrokerNoticeKind.TornTail,
        $"{bytes} bytes of commits that did not happen were cut off from {path}; none of them had been confirmed.",
        queue.Ledger.Name, path));

    // The batches after the cut, behind a segment header, so that salvaging reads them like any other segment.
    void Copy(StoreFile source, long from, string path)
    {
        using var target = files.Open(path, StoreFileMode.Replace);
        target.Write([LogFormat.SegmentHeader(0, 1)], 0);
        var buffer = new byte[64 * 1024];
        long written = LogFormat.SegmentHeaderBytes;
        while (source.Read(buffer, from) is var read and > 0)
        {
            target.Write([buffer.AsMemory(0, read)], written);
            from += read;
            written += read;
        }

        target.Flush();
    }

    void KeepAside(string path, string name)
    {
        var kept = Path.Combine(QueueFolder.SetAside(directory), name);
        if (!files.Exists(kept)) files.Link(path, kept);
    }

    static string AsideName(FoundQueue queue, string path) =>
        $"{Path.GetFileName(queue.Folder)}-{Path.GetFileNameWithoutExtension(path)}-cut-{Guid.NewGuid():N}.log";
}
