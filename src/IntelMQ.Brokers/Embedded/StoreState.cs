namespace IntelMQ.Brokers.Embedded;

/// <summary>What the journal says of the whole store.</summary>
internal sealed class StoreState
{
    readonly SortedDictionary<int, QueueLedger> _queues = [];

    public IReadOnlyCollection<QueueLedger> Queues => _queues.Values;

    public int NextQueue => _queues.Count == 0 ? 1 : _queues.Keys.Last() + 1;

    /// <summary>The last commit group.</summary>
    public long Group { get; set; }

    /// <summary>The logs are known to be on the disk as this group left them.</summary>
    public long SyncedGroup { get; private set; }

    public QueueLedger? Find(int id) => _queues.GetValueOrDefault(id);

    public void Add(QueueLedger queue) => _queues[queue.Id] = queue;

    /// <summary>Brings the state to what one record says.</summary>
    /// <exception cref="InvalidDataException">The record makes no sense.</exception>
    public void Apply(ReadOnlySpan<byte> body, long group)
    {
        var entries = new JournalEntries(body);
        while (!entries.AtEnd) ApplyOne(ref entries);
        Group = group;
    }

    /// <summary>What a record appended and how far it says the logs are on the disk, without applying it.</summary>
    public static (List<AppendEntry> Appends, long Synced) Inspect(ReadOnlySpan<byte> body)
    {
        var appends = new List<AppendEntry>();
        var scratch = new StoreState();
        var entries = new JournalEntries(body);
        while (!entries.AtEnd)
        {
            var rest = entries;
            if (rest.Kind() == JournalEntry.Appended) appends.Add(rest.Append());
            scratch.ApplyOne(ref entries);
        }

        return (appends, scratch.SyncedGroup);
    }

    void ApplyOne(ref JournalEntries entries)
    {
        switch (entries.Kind())
        {
            case JournalEntry.Declared:
                Declare(ref entries);
                break;
            case JournalEntry.Appended:
                var append = entries.Append();
                Known(append.Queue).Append(append);
                break;
            case JournalEntry.Acknowledged:
                Acknowledge(ref entries);
                break;
            case JournalEntry.Progressed:
                Known((int)entries.Number()).Progress[entries.Number()] = entries.Number();
                break;
            case JournalEntry.Cleared:
                Known((int)entries.Number()).ApplyCleared(entries.Ranges(), entries.Number());
                break;
            case JournalEntry.Restored:
                var restored = Known((int)entries.Number());
                foreach (var range in entries.Ranges()) restored.Cleared.Remove(range);
                break;
            case JournalEntry.Purged:
                Known((int)entries.Number()).Cleared.Clear();
                break;
            case JournalEntry.Synced:
                SyncedGroup = entries.Number();
                break;
            case JournalEntry.State:
                Restore(ref entries);
                break;
            default:
                throw new InvalidDataException("The journal holds an entry of a kind that this version does not know.");
        }
    }

    void Declare(ref JournalEntries entries)
    {
        var id = (int)entries.Number();
        var name = entries.Text();
        var queue = Find(id);
        if (queue is null || queue.Name != name) Add(queue = new QueueLedger(id, name));
        queue.Limits = new QueueLimits(entries.Number(), entries.Number());
    }

    void Acknowledge(ref JournalEntries entries)
    {
        var queue = Known((int)entries.Number());
        foreach (var range in entries.Ranges()) queue.Acknowledge(range);
        queue.Subtract(entries.Number());
    }

    void Restore(ref JournalEntries entries)
    {
        var queue = new QueueLedger((int)entries.Number(), entries.Text())
        {
            Limits = new QueueLimits(entries.Number(), entries.Number()),
            Tail = entries.Number(),
        };
        queue.Restore(entries.Number());
        queue.Segment = entries.Number();
        queue.SegmentEnd = entries.Number();
        foreach (var range in entries.Ranges()) queue.Acknowledged.Add(range);
        foreach (var range in entries.Ranges()) queue.Cleared.Add(range);
        for (var left = entries.Number(); left > 0; left--) queue.Progress[entries.Number()] = entries.Number();
        Add(queue);
    }

    // A record that names a queue whose declaration was lost with a damaged record: the folder of the queue tells its name.
    QueueLedger Known(int id)
    {
        if (Find(id) is { } queue) return queue;
        queue = new QueueLedger(id, string.Empty);
        Add(queue);
        return queue;
    }
}
