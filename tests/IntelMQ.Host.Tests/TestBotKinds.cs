using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

sealed class TestExpert(Func<Message, IEmitter, ValueTask> process) : Expert
{
    protected internal override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken) => process(message, emitter);
}

sealed class TestOutput : Output
{
    public int Written { get; private set; }

    public int Flushed { get; private set; }

    public int FailingFlushes { get; set; }

    protected internal override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        Written++;
        return default;
    }

    protected internal override ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (FailingFlushes-- > 0) throw new TransientException("The disk is full.");
        Flushed = Written;
        return default;
    }
}

sealed class TestCollector(Func<CancellationToken, IAsyncEnumerable<byte[]>> collect) : Collector
{
    protected internal override async IAsyncEnumerable<Report> CollectAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var raw in collect(cancellationToken)) yield return NewReport(raw);
    }
}

/// <summary>One event per line; a line <c>bad</c> fails.</summary>
sealed class TestParser : Parser
{
    protected internal override async ValueTask ParseAsync(Report report, IRowEmitter emitter, CancellationToken cancellationToken)
    {
        foreach (var line in report.RawText.Split('\n'))
        {
            if (line == "bad")
            {
                await emitter.FailAsync("bad"u8.ToArray(), new FormatException("a bad line"), cancellationToken);
                continue;
            }

            var e = report.NewEvent();
            e.Add(Fields.ExtraField("line"), line);
            await emitter.SendAsync(e, cancellationToken);
        }
    }
}
