using System.Runtime.CompilerServices;

namespace IntelMQ.Sdk;

/// <summary>
/// Cuts large data at line ends into several reports: the parameters <c>chunk_size</c> and
/// <c>chunk_replicate_header</c> of collectors.
/// </summary>
public static class ReportChunks
{
    const byte LineEnd = (byte)'\n';

    /// <summary>Reads data and yields parts, each the raw of one report. Only about two parts are in memory at once.</summary>
    /// <param name="data">What to cut.</param>
    /// <param name="chunkSize">
    /// Bytes of a part. It may be less, since parts end at line ends, and more where a line is longer. Null means one part.
    /// </param>
    /// <param name="replicateHeader">Whether the first line is put before every part; it does not count for the size.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive.</exception>
    public static async IAsyncEnumerable<byte[]> SplitAsync(Stream data, int? chunkSize, bool replicateHeader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (chunkSize is not { } size)
        {
            using var whole = new MemoryStream();
            await data.CopyToAsync(whole, cancellationToken);
            if (whole.Length > 0) yield return whole.ToArray();
            yield break;
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(chunkSize));
        var source = new Pending(data, size);
        var header = replicateHeader ? await source.TakeLineAsync(cancellationToken) : [];
        while (await source.FillAsync(cancellationToken))
        {
            // The last part waits for what comes behind it: it may end within a line, or be very small.
            while (source.Cut() is { Length: > 0 } part) yield return [.. header, .. part.Span];
        }

        while (source.Cut() is { Length: > 0 } part) yield return [.. header, .. part.Span];
        if (source.Rest is { Length: > 0 } rest) yield return [.. header, .. rest.Span];
    }

    /// <summary>What was read and not yielded.</summary>
    sealed class Pending(Stream data, int size)
    {
        byte[] _buffer = new byte[size];
        int _start;
        int _end;
        // Bytes that are known to have no line end.
        int _searched;

        public ReadOnlyMemory<byte> Rest => _buffer.AsMemory(_start, _end - _start);

        /// <summary>Reads another block; false at the end of the data.</summary>
        public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
        {
            var kept = _end - _start;
            if (_buffer.Length - kept < size)
            {
                var larger = new byte[Math.Max(_buffer.Length * 2, kept + size)];
                Rest.CopyTo(larger);
                _buffer = larger;
            }
            else
            {
                Rest.CopyTo(_buffer);
            }

            (_start, _end) = (0, kept);
            var read = await data.ReadAtLeastAsync(_buffer.AsMemory(_end, size), size, throwOnEndOfStream: false, cancellationToken);
            _end += read;
            return read > 0;
        }

        /// <summary>Takes a part off the front when more than one part's size is there; empty when not.</summary>
        public ReadOnlyMemory<byte> Cut()
        {
            var rest = Rest.Span;
            if (rest.Length <= size) return default;
            var last = rest[..size].LastIndexOf(LineEnd);
            if (last < 0)
            {
                var from = Math.Max(size, _searched);
                var next = rest[from..].IndexOf(LineEnd);
                last = next < 0 ? -1 : from + next;
            }

            // A line that fills all there is grows until its end.
            _searched = last < 0 ? rest.Length : 0;
            if (last < 0 || last + 1 == rest.Length) return default;
            var part = Rest[..(last + 1)];
            _start += part.Length;
            return part;
        }

        public async ValueTask<byte[]> TakeLineAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                var end = Rest.Span.IndexOf(LineEnd);
                if (end < 0 && await FillAsync(cancellationToken)) continue;
                var line = end < 0 ? Rest.ToArray() : Rest[..(end + 1)].ToArray();
                _start += line.Length;
                return line;
            }
        }
    }
}
