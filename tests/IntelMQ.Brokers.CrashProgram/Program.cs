using System.Globalization;
using IntelMQ.Amqp;
using IntelMQ.Brokers;
using IntelMQ.Brokers.Amqp;
using IntelMQ.Brokers.Embedded;
using IntelMQ.Brokers.CrashProgram;
using IntelMQ.Brokers.Redis;
using IntelMQ.Redis;

// intelmq-crash STORE CONFIRMED DURABILITY WINDOW, or: redis CONFIRMED SOCKET, or: amqp CONFIRMED PORT. Pumps until it is killed.
await using var broker = args[0] switch { "redis" => OnRedis(args[2]), "amqp" => OnAmqp(args[2]), _ => await InStoreAsync(args) };
await Pipeline.DeclareAsync(broker);
using var confirmed = Pipeline.MapConfirmed(args[1]);
await Console.Out.WriteLineAsync("running");
await await Task.WhenAny(
    Pipeline.CollectAsync(broker, confirmed),
    Pipeline.MoveAsync(broker, "A", "B"),
    Pipeline.MoveAsync(broker, "A", "B"),
    Pipeline.MoveAsync(broker, "B", "C"));

static IBroker OnRedis(string socket) => new RedisBroker(new RedisBrokerOptions { Server = new RedisOptions { Host = socket, Database = 2 } });

static IBroker OnAmqp(string port) => new AmqpBroker(new AmqpBrokerOptions { Server = new AmqpOptions { Port = int.Parse(port, CultureInfo.InvariantCulture) } });

static async Task<IBroker> InStoreAsync(string[] args) => await EmbeddedBroker.OpenAsync(args[0], OptionsOf(args), CancellationToken.None);

static EmbeddedBrokerOptions OptionsOf(string[] args) => new()
{
    Durability = Enum.Parse<Durability>(args[2]),
    QueueWindowBytes = long.Parse(args[3], CultureInfo.InvariantCulture),
    SegmentBytes = 256 * 1024,
    JournalBytes = 64 * 1024,
    FlushInterval = TimeSpan.FromMilliseconds(20),
    MinimumFreeBytes = 0,
    OnNotice = notice => Console.Error.WriteLine(notice.Message),
};
