using System.Buffers.Binary;

namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// The file that says what has happened: one record per commit group. It begins with the state of all queues; when it has
/// grown, a new one begins with the state of that moment. <c>journal-000000000007</c> replaces <c>journal-000000000006</c>.
/// </summary>
internal sealed class Journal : IDisposable
{
    const int FileHeaderBytes = 24;
    const uint FileMagic = 0x4A514D49; // IMQJ
    const uint Version = 1;
    const string Prefix = "journal-";

    readonly StoreFile _file;
    long _end;
    bool _unsure;

    Journal(StoreFile file, string path, long generation, long end)
    {
        _file = file;
        Path = path;
        Generation = generation;
        _end = end;
    }

    public string Path { get; }

    public long Generation { get; }

    public long Length => _end;

    /// <summary>
    /// A failed write could not be undone, or a failed flush leaves open what is on the disk: the next group needs a new journal.
    /// </summary>
    public bool IsUnsure => _unsure;

    public static string PathOf(string directory, long generation) =>
        System.IO.Path.Combine(directory, $"{Prefix}{generation:D12}");

    /// <summary>The journals in a store, the newest first.</summary>
    public static List<(long Generation, string Path)> Find(IStoreFiles files, string directory) =>
    [
        .. files.FilesIn(directory)
            .Select(path => (Generation: GenerationOf(System.IO.Path.GetFileName(path)), path))
            .Where(found => found.Generation >= 0)
            .OrderByDescending(found => found.Generation),
    ];

    /// <summary>Begins a journal with the state of all queues. It counts from the moment it has its name.</summary>
    public static Journal Begin(IStoreFiles files, string directory, long generation, ReadOnlyMemory<byte> state)
    {
        var path = PathOf(directory, generation);
        var unfinished = System.IO.Path.Combine(directory, "new-journal");
        var file = files.Open(unfinished, StoreFileMode.Replace);
        try
        {
            var header = FileHeader(generation);
            file.Write([header, state], 0);
            file.Flush();
            files.Move(unfinished, path);
            files.FlushDirectory(directory);
            return new Journal(file, path, generation, header.Length + state.Length);
        }
        catch
        {
            file.Dispose();
            if (files.Exists(unfinished)) files.Delete(unfinished);
            throw;
        }
    }

    public void Write(ReadOnlyMemory<byte> record)
    {
        try
        {
            _file.Write([record], _end);
        }
        catch (IOException)
        {
            Undo(_end);
            throw;
        }

        _end += record.Length;
    }

    /// <summary>Takes the last record back, whose flush failed.</summary>
    public void Undo(long end)
    {
        _end = end;
        try
        {
            _file.SetLength(end);
        }
        catch (IOException)
        {
            // Remains of the record stay behind the end and would look like damage: a new journal must begin.
            _unsure = true;
        }
    }

    public void Flush()
    {
        try
        {
            _file.Flush();
        }
        catch (IOException)
        {
            // After a failed flush the kernel may forget that the pages were dirty; a second flush would lie.
            _unsure = true;
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    static byte[] FileHeader(long generation)
    {
        var header = new byte[FileHeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, FileMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), generation);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), Checksum.Of(header.AsSpan(0, 20)));
        return header;
    }

    static long GenerationOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) &&
        long.TryParse(name.AsSpan(Prefix.Length), out var generation) ? generation : -1;

    /// <summary>Reads all records of a journal and finds what is damaged.</summary>
    public static JournalContents Read(IStoreFiles files, string path)
    {
        using var file = files.Open(path, StoreFileMode.Read);
        var length = file.Length;
        if (length > Array.MaxLength) throw new BrokerException($"The journal {path} has {length} bytes, more than can be read.");
        var bytes = new byte[length];
        var read = file.Read(bytes, 0);
        return JournalContents.Parse(path, bytes.AsMemory(0, read), FileHeaderBytes);
    }
}

/// <summary>The records of one journal in their order.</summary>
/// <param name="Path">The file.</param>
/// <param name="Records">Every record that is intact.</param>
/// <param name="Damage">Where records cannot be read although others follow, or although they are complete.</param>
/// <param name="TornBytes">Bytes of an unfinished record at the end; its commit was never confirmed.</param>
internal sealed record JournalContents(
    string Path, List<JournalContents.Record> Records, List<long> Damage, long TornBytes)
{
    /// <summary>The state of all queues stands at the front, as it must.</summary>
    public bool HasState { get; private init; }

    public static JournalContents Parse(string path, ReadOnlyMemory<byte> bytes, int start)
    {
        var records = new List<Record>();
        var damage = new List<long>();
        long torn = 0;
        var offset = start;
        while (offset < bytes.Length)
        {
            var rest = bytes[offset..];
            switch (Classify(bytes.Span, offset, out var body, out var group))
            {
                case RecordState.Intact:
                    records.Add(new Record(offset, group, rest.Slice(JournalRecord.HeaderBytes, body)));
                    offset += JournalRecord.HeaderBytes + body;
                    break;
                case RecordState.Torn:
                    torn = rest.Length;
                    offset = bytes.Length;
                    break;
                default:
                    damage.Add(offset);
                    offset = NextRecord(bytes.Span, offset + 1);
                    break;
            }
        }

        var hasState = records.Count > 0 && records[0].Offset == start;
        return new JournalContents(path, records, damage, torn) { HasState = hasState };
    }

    static RecordState Classify(ReadOnlySpan<byte> all, int offset, out int body, out long group)
    {
        body = 0;
        group = 0;
        var bytes = all[offset..];
        // Killed while writing, the file ends early.
        if (bytes.Length < JournalRecord.HeaderBytes) return RecordState.Torn;
        if (!TryReadHeader(bytes, out body, out group))
            return HasHole(all, offset, offset + JournalRecord.HeaderBytes) ? RecordState.Torn : RecordState.Damaged;
        if (body > bytes.Length - JournalRecord.HeaderBytes) return RecordState.Torn;
        var content = bytes.Slice(JournalRecord.HeaderBytes, body);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]) == Checksum.Of(content)) return RecordState.Intact;
        return HasHole(all, offset, offset + JournalRecord.HeaderBytes + body) ? RecordState.Torn : RecordState.Damaged;
    }

    // After a power failure sectors that were not written are zeros, from the start of the record or of a sector on.
    static bool HasHole(ReadOnlySpan<byte> all, int start, int end)
    {
        const int sector = 512;
        for (var from = start; from < end; from = (from / sector * sector) + sector)
        {
            var to = Math.Min((from / sector * sector) + sector, end);
            if (all[from..to].IndexOfAnyExcept((byte)0) < 0) return true;
        }

        return false;
    }

    static bool TryReadHeader(ReadOnlySpan<byte> bytes, out int body, out long group)
    {
        body = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        group = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        return bytes.StartsWith(JournalRecord.Magic) && body >= 0 &&
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]) == Checksum.Of(bytes[..20]);
    }

    static int NextRecord(ReadOnlySpan<byte> bytes, int from)
    {
        while (from <= bytes.Length - JournalRecord.HeaderBytes)
        {
            var found = bytes[from..].IndexOf(JournalRecord.Magic);
            if (found < 0) break;
            from += found;
            if (bytes.Length - from >= JournalRecord.HeaderBytes && TryReadHeader(bytes[from..], out _, out _)) return from;
            from++;
        }

        return bytes.Length;
    }

    enum RecordState
    {
        Intact,
        Torn,
        Damaged,
    }

    /// <param name="Offset">Where it begins in the file.</param>
    /// <param name="Group">Its commit group.</param>
    /// <param name="Body">Its entries.</param>
    internal sealed record Record(long Offset, long Group, ReadOnlyMemory<byte> Body);
}
