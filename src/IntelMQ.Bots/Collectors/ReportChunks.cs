using System.Runtime.CompilerServices;

namespace IntelMQ.Bots.Collectors;

/// <summary>Splits a large file at line ends into the raw data of several reports, with no more than two of them in memory.</summary>
static class ReportChunks
{
    /// <param name="from">The file.</param>
    /// <param name="size">About how many bytes each part has, a longer line apart; null makes one part of all.</param>
    /// <param name="repeatHeader">Whether the first line is put before each part.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Stream from, int? size, bool repeatHeader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (size is not { } most)
        {
            using var all = new MemoryStream();
            await from.CopyToAsync(all, cancellationToken);
            if (all.Length > 0) yield return all.GetBuffer().AsMemory(0, (int)all.Length);
            yield break;
        }

        var reader = new LineBlocks(from, most);
        var header = repeatHeader ? await reader.ReadLineAsync(cancellationToken) : [];
        while (await reader.NextAsync(cancellationToken) is { IsEmpty: false } block)
            yield return header.Length == 0 ? block : (byte[])[.. header, .. block.Span];
    }

    /// <summary>Blocks of whole lines.</summary>
    sealed class LineBlocks(Stream from, int size)
    {
        byte[] _buffer = new byte[checked(size * 2)];
        int _start;
        int _end;
        bool _isAtEnd;

        public async ValueTask<byte[]> ReadLineAsync(CancellationToken cancellationToken)
        {
            var length = await FindLineEndAsync(0, cancellationToken);
            var line = _buffer.AsSpan(_start, length).ToArray();
            _start += length;
            return line;
        }

        /// <summary>The next block; empty at the end of the file. It is valid until the next call.</summary>
        public async ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
        {
            while (_end - _start <= size && await FillAsync(cancellationToken))
            {
            }

            var length = _end - _start;
            if (length > size)
            {
                var last = _buffer.AsSpan(_start, size).LastIndexOf((byte)'\n');
                length = last >= 0 ? last + 1 : await FindLineEndAsync(size, cancellationToken);
            }

            var block = _buffer.AsMemory(_start, length);
            _start += length;
            return block;
        }

        /// <summary>Length up to the first line end from an offset on, or to the end of the file.</summary>
        async ValueTask<int> FindLineEndAsync(int offset, CancellationToken cancellationToken)
        {
            while (true)
            {
                var found = _end - _start > offset ? _buffer.AsSpan(_start + offset, _end - _start - offset).IndexOf((byte)'\n') : -1;
                if (found >= 0) return offset + found + 1;
                offset = Math.Max(offset, _end - _start);
                if (!await FillAsync(cancellationToken)) return _end - _start;
            }
        }

        async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
        {
            if (_isAtEnd) return false;
            if (_start > 0 && _buffer.Length - _end < size)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            if (_end == _buffer.Length) Array.Resize(ref _buffer, checked(_buffer.Length * 2));
            var read = await from.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += read;
            _isAtEnd = read == 0;
            return !_isAtEnd;
        }
    }
}
