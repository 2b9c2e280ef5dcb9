using System.Text;

namespace Company.Bots;

// Below the namespace, so that Collector, Parser, Expert and Output are the base classes whatever the namespace is called.
using IntelMQ.Sdk;

/// <summary>Parses lists of IP addresses, one a line.</summary>
[Bot("intelmq.bots.parsers.company_name.first")]
public sealed class FirstParser(FirstOptions options) : Parser
{
    protected override async ValueTask ParseAsync(Report report, IRowEmitter emitter, CancellationToken cancellationToken)
    {
        foreach (var line in report.RawText.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var e = report.NewEvent();
            try
            {
                e.Add(Fields.Source.Ip, line);
                e.Add(Fields.ClassificationType, options.ClassificationType);
                e.Add(Fields.Raw, line);
            }
            catch (InvalidMessageException error)
            {
                // One bad line does not harm the others.
                await emitter.FailAsync(Encoding.UTF8.GetBytes(line), error, cancellationToken);
                continue;
            }

            await emitter.SendAsync(e, cancellationToken);
        }
    }
}

public sealed record FirstOptions : BotOptions
{
    /// <summary>The classification of each event.</summary>
    public string ClassificationType { get; init; } = "blacklist";
}
