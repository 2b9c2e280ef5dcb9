using System.Runtime.CompilerServices;
using System.Text;

namespace IntelMQ.Sdk.Testing.Tests;

/// <summary>Fetches a page.</summary>
[Bot("intelmq.bots.collectors.kit.page")]
public sealed class PageCollector(PageOptions options, IHttpClients http) : Collector
{
    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var client = http.Create(options);
        yield return NewReport(await client.GetByteArrayAsync(options.HttpUrl, cancellationToken), options.HttpUrl.AbsoluteUri);
    }
}

/// <summary>Parameters of the page collector.</summary>
public sealed record PageOptions : HttpOptions
{
    /// <summary>Where the page is.</summary>
    public required Uri HttpUrl { get; init; }
}

/// <summary>Writes messages into a file of its own when it is flushed.</summary>
[Bot("intelmq.bots.outputs.kit.file")]
public sealed class FileOutput : Output
{
    readonly StringBuilder _lines = new();

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _lines.Append(message).Append('\n');
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await File.AppendAllTextAsync(Path.Combine(Context.StateDirectory, "out"), _lines.ToString(), cancellationToken);
        _lines.Clear();
    }
}

/// <summary>Makes mistakes that the conformance check must find.</summary>
[Bot("intelmq.bots.parsers.kit.careless")]
public sealed class CarelessParser : Parser
{
    /// <inheritdoc />
    protected override ValueTask ParseAsync(Report report, IRowEmitter emitter, CancellationToken cancellationToken)
    {
        _ = report.RawText.Split(',')[3];
        return default;
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync() => throw new InvalidOperationException("cannot stop");
}
