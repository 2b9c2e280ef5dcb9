namespace IntelMQ.Sdk.Testing.Tests.Feed;

/// <summary>Parses lines of an address and a comment.</summary>
[Bot("intelmq.bots.parsers.kit.feed")]
public sealed class FeedParser : Parser
{
    /// <inheritdoc />
    protected override async ValueTask ParseAsync(Report report, IRowEmitter emitter, CancellationToken cancellationToken)
    {
        foreach (var line in report.RawText.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var e = report.NewEvent();
            var cells = line.Split(',', 2);
            try
            {
                e.Add(Fields.Source.Ip, cells[0]);
                if (cells.Length > 1) e.Add(Field.Named("extra.comment"), cells[1]);
                e.Add(Fields.Raw, line);
            }
            catch (InvalidMessageException error)
            {
                await emitter.FailAsync(System.Text.Encoding.UTF8.GetBytes(line), error, cancellationToken);
                continue;
            }

            await emitter.SendAsync(e, cancellationToken);
        }
    }
}
