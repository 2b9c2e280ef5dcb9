using System.Text;
using RabbitMQ.Client;

namespace IntelMQ.Brokers.Amqp;

/// <summary>What a server says of itself.</summary>
static class ServerReport
{
    public static BrokerReport Of(IConnection connection, AmqpBrokerOptions options)
    {
        var product = $"{Property(connection, "product") ?? "an AMQP server"} {Property(connection, "version")}".TrimEnd();
        var cluster = Property(connection, "cluster_name") is { } name ? $" ({name})" : "";
        var place = options.Server.Place;
        return new($"The server at {place} is {product}{cluster}.", [.. Warnings(connection, place)]);
    }

    static IEnumerable<string> Warnings(IConnection connection, string place)
    {
        var abilities = Value(connection, "capabilities") as IDictionary<string, object?>;
        foreach (var (ability, meaning) in ((string, string)[])[("publisher_confirms", "confirm messages: some may be lost unseen"), ("connection.blocked", "tell when it is short of room: senders wait without a reason")])
        {
            if (abilities?.TryGetValue(ability, out var has) != true || has is not true) yield return $"The AMQP server at {place} does not {meaning}.";
        }
    }

    static string? Property(IConnection connection, string name) =>
        Value(connection, name) is var value && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value?.ToString();

    static object? Value(IConnection connection, string name) =>
        connection.ServerProperties?.TryGetValue(name, out var value) == true ? value : null;
}
