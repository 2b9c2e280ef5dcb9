using System.Runtime.CompilerServices;
using IntelMQ.Bots.Clients.Dxl;

namespace IntelMQ.Bots.Collectors.OpenDxl;

/// <summary>Listens to the events of a topic of McAfee's (Trellix') Data Exchange Layer.</summary>
/// <remarks>The layer hands events over at most once: what comes while the bot is not connected is gone.</remarks>
[Bot("intelmq.bots.collectors.opendxl.collector")]
public sealed class OpenDxlCollector(OpenDxlCollectorOptions options) : Collector
{
    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var inbox = new ReportInbox();
        await using var connection = await DxlConnection.ConnectAsync(DxlConfiguration.Read(options.DxlConfigFile), Context.Time, Log, cancellationToken);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        connection.OnEvent = message => PutAsync(message, inbox, leaving.Token);
        _ = connection.Broken.ContinueWith(broken => inbox.Complete(broken.Result), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await connection.SubscribeAsync(options.DxlTopic, cancellationToken);
        Log.Info($"Subscribed to '{options.DxlTopic}' of the DXL fabric.");
        try
        {
            await foreach (var report in inbox.ReadAllAsync(cancellationToken)) yield return report;
        }
        finally
        {
            await leaving.CancelAsync();
        }
    }

    async Task PutAsync(DxlMessage message, ReportInbox inbox, CancellationToken cancellationToken)
    {
        // Programs of the vendor end their texts with a zero.
        byte[] data = [.. message.Payload.ToArray().Where(static part => part != 0)];
        if (data.Length == 0)
        {
            Log.Warning("A DXL event without data came; no report is made of it.");
            return;
        }

        try
        {
            await inbox.PutAsync(NewReport(data), cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or System.Threading.Channels.ChannelClosedException)
        {
            Log.Warning($"A DXL event is lost, since the bot stops: {e.Message}");
        }
    }
}

/// <summary>Parameters of <see cref="OpenDxlCollector"/>.</summary>
public sealed record OpenDxlCollectorOptions : BotOptions, ICheckable
{
    /// <summary>The configuration file of the OpenDXL client, with brokers and certificates.</summary>
    public required string DxlConfigFile { get; init; }

    /// <summary>The topic; <c>#</c> at its end takes all below it.</summary>
    public string DxlTopic { get; init; } = "/mcafee/event/atd/file/report";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (DxlTopic.Length == 0) yield return new(BotLogLevel.Error, "dxl_topic is empty; expected a topic, such as '/mcafee/event/atd/file/report'.", "dxl_topic");
        foreach (var problem in DxlConfiguration.Check(DxlConfigFile)) yield return problem;
    }
}
