using System.Buffers;
using System.Globalization;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Dumps;

/// <summary>
/// The file of failed messages of a bot, in the original's format: one JSON object whose keys are times. An entry is
/// added at the end without reading what is there, so the file may grow to any size.
/// </summary>
/// <remarks>
/// The end of the file (a closing brace) is overwritten by each addition. So that a crash in the middle cannot leave a
/// broken file, the addition is first written to a file of its own beside (<c>.addition</c>) and repeated from there
/// when the dump is opened the next time.
/// </remarks>
sealed class DumpFile(string path, string botId, TimeProvider time)
{
    static readonly byte[] End = "\n}"u8.ToArray();
    static readonly TimeSpan LockWait = TimeSpan.FromSeconds(60);

    readonly SemaphoreSlim _one = new(1, 1);
    long _lastTicks;

    public string Path { get; } = path;

    string AdditionPath => Path + ".addition";

    /// <summary>Adds a message that failed. It is on the disk when this returns.</summary>
    /// <param name="sourceQueue">Where it came from, so that it can be put back.</param>
    /// <param name="message">Its wire form; anything that is no UTF-8 is kept as Base64.</param>
    /// <param name="error">Why it failed.</param>
    /// <param name="cancellationToken">Ends the waiting for the lock.</param>
    /// <exception cref="IOException">The file cannot be written, or another program held it for more than 60 s.</exception>
    public async Task AppendAsync(string sourceQueue, ReadOnlyMemory<byte> message, Exception error, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            using var file = await OpenLockedAsync(cancellationToken);
            RepeatAddition(file);
            Append(file, Entry(sourceQueue, message, error));
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Finishes what a crash interrupted, so that readers find a whole file. To be called when the bot starts.</summary>
    /// <exception cref="IOException">As for <see cref="AppendAsync"/>.</exception>
    public async Task RepairAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(AdditionPath)) return;
        await _one.WaitAsync(cancellationToken);
        try
        {
            using var file = await OpenLockedAsync(cancellationToken);
            RepeatAddition(file);
        }
        finally
        {
            _one.Release();
        }
    }

    async Task<FileStream> OpenLockedAsync(CancellationToken cancellationToken)
    {
        var deadline = time.GetTimestamp();
        while (true)
        {
            try
            {
                // FileShare.None is an exclusive flock, which intelmqdump takes too.
                return new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException e) when (File.Exists(Path) && time.GetElapsedTime(deadline) < LockWait && e.HResult is 11 or unchecked((int)0x80070020))
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }

    /// <summary>Finishes what a crash interrupted. Doing it twice does no harm: an addition says where it belongs.</summary>
    void RepeatAddition(FileStream file)
    {
        if (!File.Exists(AdditionPath)) return;
        var addition = File.ReadAllBytes(AdditionPath);
        var headerEnd = addition.AsSpan().IndexOf((byte)'\n');
        // An addition that is itself incomplete was never begun on the dump file.
        if (headerEnd > 0 && Header.TryRead(addition.AsSpan(0, headerEnd), out var header) && header.Length == addition.Length - headerEnd - 1)
        {
            var content = addition.AsSpan(headerEnd + 1);
            var length = RandomAccess.GetLength(file.SafeFileHandle);
            if (length >= header.OldLength && length <= header.Offset + header.Length) WriteAt(file, header.Offset, content);
            // Somebody edited the file since: better the entry twice than never.
            else Append(file, content[2..^End.Length].ToArray());
        }

        File.Delete(AdditionPath);
    }

    void Append(FileStream file, byte[] entry)
    {
        var offset = EndOffset(file);
        var addition = new ArrayBufferWriter<byte>(entry.Length + 16);
        addition.Write(offset == 0 ? "{\n"u8 : ",\n"u8);
        addition.Write(entry);
        addition.Write(End);

        using (var beside = new FileStream(AdditionPath, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            beside.Write(new Header(offset, addition.WrittenCount, RandomAccess.GetLength(file.SafeFileHandle)).Write());
            beside.Write(addition.WrittenSpan);
            beside.Flush(flushToDisk: true);
        }

        WriteAt(file, offset, addition.WrittenSpan);
        File.Delete(AdditionPath);
    }

    static void WriteAt(FileStream file, long offset, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(file.SafeFileHandle, bytes, offset);
        file.SetLength(offset + bytes.Length);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Where the next entry goes: in the place of the closing brace, whatever blanks surround it; 0 for an empty file.</summary>
    long EndOffset(FileStream file)
    {
        var length = RandomAccess.GetLength(file.SafeFileHandle);
        if (length == 0) return 0;

        var tail = new byte[Math.Min(length, 4096)];
        RandomAccess.Read(file.SafeFileHandle, tail, length - tail.Length);
        var text = Encoding.Latin1.GetString(tail).TrimEnd();
        if (!text.EndsWith('}')) throw new IOException($"The dump file '{Path}' does not end as one: it is damaged. Move it away, new failures then go to a new file.");
        var before = text[..^1].TrimEnd();
        return before.EndsWith('{') && length - tail.Length + before.Length == 1 ? 0 : length - tail.Length + before.Length;
    }

    byte[] Entry(string sourceQueue, ReadOnlyMemory<byte> message, Exception error)
    {
        var isText = System.Text.Unicode.Utf8.IsValid(message.Span);
        var entry = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["bot_id"] = botId,
            ["message"] = isText ? Encoding.UTF8.GetString(message.Span) : Convert.ToBase64String(message.Span),
        };
        if (!isText) entry["message_type"] = "base64";
        entry["source_queue"] = sourceQueue;
        entry["traceback"] = error.ToString().Split('\n').Select(line => (object?)(line.TrimEnd('\r') + "\n")).ToList();

        var text = new StringBuilder();
        text.Append("    ").Append(PythonJson.ToText(Key(), ascii: true)).Append(": {\n");
        var first = true;
        foreach (var (name, value) in entry)
        {
            text.Append(first ? "" : ",\n").Append("        ").Append(PythonJson.ToText(name, ascii: true)).Append(": ");
            first = false;
            if (value is List<object?> lines)
                text.Append("[\n            ").AppendJoin(",\n            ", lines.Select(l => PythonJson.ToText((string?)l, ascii: true))).Append("\n        ]");
            else text.Append(PythonJson.ToText((string?)value, ascii: true));
        }

        return Encoding.ASCII.GetBytes(text.Append("\n    }").ToString());
    }

    /// <summary>The time in microseconds; never the same twice, since it is the key of the entry.</summary>
    string Key()
    {
        var ticks = time.GetUtcNow().UtcTicks / 10 * 10;
        if (ticks <= _lastTicks) ticks = _lastTicks + 10;
        _lastTicks = ticks;
        var when = new DateTime(ticks, DateTimeKind.Utc);
        return when.ToString(ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:ss" : "yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
    }

    /// <summary>First line of the file beside: where the addition goes, its length, and how long the dump was before.</summary>
    readonly record struct Header(long Offset, int Length, long OldLength)
    {
        public byte[] Write() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Offset} {Length} {OldLength}\n"));

        public static bool TryRead(ReadOnlySpan<byte> line, out Header header)
        {
            header = default;
            var numbers = Encoding.ASCII.GetString(line).Split(' ');
            if (numbers.Length != 3) return false;
            foreach (var number in numbers)
                if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    return false;
            header = new(long.Parse(numbers[0], CultureInfo.InvariantCulture), int.Parse(numbers[1], CultureInfo.InvariantCulture), long.Parse(numbers[2], CultureInfo.InvariantCulture));
            return true;
        }
    }
}
