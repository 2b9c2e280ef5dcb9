using System.Globalization;
using System.Text;
using IntelMQ.Redis;

namespace IntelMQ.Bots.Outputs.SmtpBatch;

/// <summary>The lists of events in a Redis server, one for each contact: <c>BOT-ID:CONTACT</c>.</summary>
sealed class BatchStore(SmtpBatchOutputOptions options, string botId) : IAsyncDisposable
{
    /// <summary>How long to look for the server before whoever asks is told to wait.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    readonly string _prefix = botId + ":";
    readonly RedisLink _link = new(new RedisOptions
    {
        Host = options.RedisCacheHost.Length > 0 ? options.RedisCacheHost : "127.0.0.1",
        Port = options.RedisCachePort > 0 ? options.RedisCachePort : 6379,
        Database = options.RedisCacheDb,
        Password = string.IsNullOrEmpty(options.RedisCachePassword) ? null : options.RedisCachePassword,
    });

    /// <summary>Makes the connection before it is needed.</summary>
    /// <exception cref="TransientException">The server cannot be reached.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken) => await AskAsync("PING", cancellationToken);

    /// <summary>Puts events at the ends of the lists of their contacts: all of them, or none.</summary>
    /// <exception cref="TransientException">The server does not take them now.</exception>
    public async Task PushAsync(IReadOnlyList<(string Contact, byte[] Event)> events, CancellationToken cancellationToken)
    {
        using var batch = new CommandBatch().Add("MULTI");
        foreach (var list in events.GroupBy(static pair => pair.Contact, StringComparer.Ordinal))
        {
            batch.Command("RPUSH", list.Count() + 1).Argument(_prefix + list.Key);
            foreach (var (_, json) in list) batch.Argument(json);
        }

        // The last answer has those of all commands.
        var replies = await RunAsync(batch.Add("EXEC"), cancellationToken);
        foreach (var reply in replies[^1].AsList()) Expect(reply);
    }

    /// <summary>All contacts that have events, in the order of their names.</summary>
    public async Task<IReadOnlyList<string>> ContactsAsync(CancellationToken cancellationToken)
    {
        var contacts = new SortedSet<string>(StringComparer.Ordinal);
        var cursor = "0";
        do
        {
            var parts = (await AskAsync("SCAN", cancellationToken, cursor, "MATCH", Escape(_prefix) + "*", "COUNT", "1000")).AsList();
            cursor = parts[0].AsText()!;
            foreach (var key in parts[1].AsList()) contacts.Add(key.AsText()![_prefix.Length..]);
        }
        while (cursor != "0");
        return [.. contacts];
    }

    /// <summary>The id of a bot may have letters that mean something in a pattern.</summary>
    static string Escape(string text)
    {
        var pattern = new StringBuilder();
        foreach (var letter in text) pattern.Append(letter is '*' or '?' or '[' or ']' or '\\' ? $"\\{letter}" : letter);
        return pattern.ToString();
    }

    /// <summary>The events of a contact, the oldest first.</summary>
    public async Task<IReadOnlyList<byte[]>> EventsAsync(string contact, CancellationToken cancellationToken) =>
        [.. (await AskAsync("LRANGE", cancellationToken, _prefix + contact, "0", "-1")).AsList().Select(static item => item.AsBytes()!)];

    /// <summary>Removes the first events of a contact. Those that came behind them stay.</summary>
    public Task RemoveAsync(string contact, int count, CancellationToken cancellationToken) =>
        AskAsync("LTRIM", cancellationToken, _prefix + contact, count.ToString(CultureInfo.InvariantCulture), "-1");

    /// <summary>Removes all events of a contact.</summary>
    public Task ClearAsync(string contact, CancellationToken cancellationToken) => AskAsync("DEL", cancellationToken, _prefix + contact);

    async Task<RedisReply> AskAsync(string name, CancellationToken cancellationToken, params string[] arguments)
    {
        using var batch = new CommandBatch().Add(name, arguments);
        return (await RunAsync(batch, cancellationToken))[0];
    }

    async Task<RedisReply[]> RunAsync(CommandBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await _link.GetAsync(Patience, cancellationToken);
            var replies = await connection.ExecuteAsync(batch);
            foreach (var reply in replies) Expect(reply);
            return replies;
        }
        catch (RedisConnectionException e)
        {
            throw new TransientException($"The Redis server at {_link.Options.Place} cannot be used: {e.Message}", inner: e);
        }
    }

    void Expect(RedisReply reply)
    {
        // It may be out of memory, or another program uses the name; it says so, and what it has not taken is kept.
        if (reply.IsError) throw new TransientException($"The Redis server at {_link.Options.Place} refuses: {reply.ErrorText}");
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();
}
