using System.Buffers;
using System.IO.Pipelines;

namespace IntelMQ.Host.Processes;

/// <summary>Reads lines of any length from a stream.</summary>
sealed class LineReader(Stream stream)
{
    readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

    /// <summary>The next line without its end; null at the end of the stream.</summary>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = result.Buffer.Slice(0, end).ToArray();
                _reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }

            if (result.IsCompleted)
            {
                // What a killed process has written of a line is no line.
                _reader.AdvanceTo(result.Buffer.End);
                return null;
            }

            _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
