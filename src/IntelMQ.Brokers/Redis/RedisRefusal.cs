using IntelMQ.Redis;

namespace IntelMQ.Brokers.Redis;

/// <summary>What an error of the server means for whoever has sent or wanted messages.</summary>
static class RedisRefusal
{
    static readonly string[] Momentary = ["LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "NOREPLICAS", "UNBLOCKED"];

    static readonly string[] Full = ["OOM", "MISCONF"];

    /// <summary>The server that answers is not ready, or not the one that it was: a new connection may find the right one.</summary>
    public static bool IsOfTheMoment(string error) => Momentary.Any(code => HasCode(error, code));

    /// <summary>There is no room in its memory or on its disk.</summary>
    public static bool IsFull(string error) => Full.Any(code => HasCode(error, code));

    public static BrokerException ToException(string error, RedisOptions server) =>
        IsFull(error)
            ? new BrokerFullException(SentenceFor(error, server))
            : new BrokerException(SentenceFor(error, server));

    public static string SentenceFor(string error, RedisOptions server) =>
        IsFull(error)
            ? $"The Redis server at {server.Place} has no room: {error}"
            : $"The Redis server at {server.Place} refuses: {error}";

    static bool HasCode(string error, string code) => error.StartsWith(code, StringComparison.Ordinal) && (error.Length == code.Length || error[code.Length] == ' ');
}
