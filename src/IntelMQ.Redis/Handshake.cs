namespace IntelMQ.Redis;

/// <summary>What comes before the first command: protocol, user, database.</summary>
static class Handshake
{
    /// <exception cref="RedisErrorException">The server refuses; with the code LOADING it reads its data and takes no commands yet.</exception>
    public static async Task<RedisServer> RunAsync(RedisConnection connection, RedisOptions options, CancellationToken cancellationToken)
    {
        var server = options.Resp3 ? await HelloAsync(connection, options).WaitAsync(cancellationToken) : null;
        server ??= await AuthenticateAsync(connection, options).WaitAsync(cancellationToken);
        if (options.Database != 0) await connection.ExecuteAsync("SELECT", options.Database.ToString(System.Globalization.CultureInfo.InvariantCulture)).WaitAsync(cancellationToken);
        await ProbeAsync(connection).WaitAsync(cancellationToken);
        return server;
    }

    /// <returns>Null when the server does not know the command.</returns>
    static async Task<RedisServer?> HelloAsync(RedisConnection connection, RedisOptions options)
    {
        string[] credentials = options.Password is { } password ? ["AUTH", options.Username ?? "default", password] : [];
        try
        {
            var hello = await connection.ExecuteAsync("HELLO", ["3", .. credentials, "SETNAME", options.ClientName]);
            return Describe(hello.AsList());
        }
        catch (RedisErrorException e) when (e.Code is "NOPROTO" or "NOPERM" || e.Message.StartsWith("ERR unknown command", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
    }

    static RedisServer Describe(IReadOnlyList<RedisReply> pairs)
    {
        var (version, protocol, id) = (RedisServer.Unknown.Version, 2, 0L);
        for (var i = 0; i + 1 < pairs.Count; i += 2)
        {
            switch (pairs[i].AsText())
            {
                case "version":
                    version = VersionOf(pairs[i + 1].AsText() ?? "");
                    break;
                case "proto":
                    protocol = (int)pairs[i + 1].AsInteger();
                    break;
                case "id":
                    id = pairs[i + 1].AsInteger();
                    break;
            }
        }

        return new(version, protocol, id);
    }

    static async Task<RedisServer> AuthenticateAsync(RedisConnection connection, RedisOptions options)
    {
        if (options.Password is { } password) await connection.ExecuteAsync("AUTH", options.Username is { } user ? [user, password] : [password]);
        using var batch = new CommandBatch().Add("INFO", "server").Add("CLIENT", "ID");
        var replies = await connection.ExecuteAsync(batch);
        if (replies[0].ErrorText.StartsWith("NOAUTH", StringComparison.Ordinal)) replies[0].ThrowIfError();
        // A user without the right to ask has a server of today, most likely; the old commands work there too.
        var version = replies[0].IsError ? RedisServer.Unknown.Version : VersionOf(ServerInfo.Parse(replies[0].AsText() ?? "").GetValueOrDefault("redis_version", ""));
        return new(version, 2, replies[1].IsError ? 0 : replies[1].AsInteger());
    }

    static async Task ProbeAsync(RedisConnection connection)
    {
        try
        {
            await connection.ExecuteAsync("PING");
        }
        catch (RedisErrorException e) when (e.Code == "NOPERM")
        {
            // Whoever may not ask gets the same answer with the first command.
            return;
        }
    }

    static Version VersionOf(string text) => Version.TryParse(text.Split('-')[0], out var version) ? version : RedisServer.Unknown.Version;
}
