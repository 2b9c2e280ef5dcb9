using System.Globalization;
using IntelMQ.Brokers;
using IntelMQ.Brokers.Embedded;
using IntelMQ.Brokers.CrashProgram;

// intelmq-crash STORE CONFIRMED DURABILITY WINDOW: pumps until it is killed.
var options = new EmbeddedBrokerOptions
{
    Durability = Enum.Parse<Durability>(args[2]),
    QueueWindowBytes = long.Parse(args[3], CultureInfo.InvariantCulture),
    SegmentBytes = 256 * 1024,
    JournalBytes = 64 * 1024,
    FlushInterval = TimeSpan.FromMilliseconds(20),
    MinimumFreeBytes = 0,
    OnNotice = notice => Console.Error.WriteLine(notice.Message),
};
await using var broker = await EmbeddedBroker.OpenAsync(args[0], options, CancellationToken.None);
await Pipeline.DeclareAsync(broker);
using var confirmed = Pipeline.MapConfirmed(args[1]);
await Console.Out.WriteLineAsync("running");
await await Task.WhenAny(
    Pipeline.CollectAsync(broker, confirmed),
    Pipeline.MoveAsync(broker, "A", "B"),
    Pipeline.MoveAsync(broker, "A", "B"),
    Pipeline.MoveAsync(broker, "B", "C"));
