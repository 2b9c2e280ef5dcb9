using System.Net;

namespace IntelMQ.Services;

/// <summary>
/// The body of an answer, for which nobody waits longer than <c>http_timeout_sec</c> without a byte. A long download that
/// goes on may take any time; a server that falls silent must not hold a collector for ever.
/// </summary>
sealed class PatientContent : HttpContent
{
    readonly HttpContent _body;
    readonly string _server;
    readonly TimeSpan _limit;

    public PatientContent(HttpContent body, string server, TimeSpan limit)
    {
        (_body, _server, _limit) = (body, server, limit);
        foreach (var (name, values) in body.Headers.NonValidated) Headers.TryAddWithoutValidation(name, values);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new PatientStream(await _body.ReadAsStreamAsync(cancellationToken), _server, _limit);

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new PatientStream(_body.ReadAsStream(cancellationToken), _server, _limit);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var read = await CreateContentReadStreamAsync(cancellationToken);
        await read.CopyToAsync(stream, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Headers.ContentLength ?? 0;
        return _body.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _body.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Reads a body with a limit for each read.</summary>
sealed class PatientStream(Stream body, string server, TimeSpan limit) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="HttpIOException">No byte came within the limit.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = body.ReadAsync(buffer, cancellationToken);
        // What has arrived needs no clock.
        if (read.IsCompleted) return await read;
        var reading = read.AsTask();
        try
        {
            return await reading.WaitAsync(limit, cancellationToken);
        }
        catch (TimeoutException e)
        {
            // The connection is of no use any more; closing it ends the read.
            await body.DisposeAsync();
            _ = reading.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"{server} sent nothing for {limit.TotalSeconds:0.##} s in the middle of its answer.", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) body.Dispose();
        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        await body.DisposeAsync();
        await base.DisposeAsync();
    }
}
