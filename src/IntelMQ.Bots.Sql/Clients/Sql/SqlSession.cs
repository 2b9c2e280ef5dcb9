using System.Data.Common;

namespace IntelMQ.Bots.Clients.Sql;

/// <summary>The one connection of a bot to its database: made when it is needed, made anew after a failure.</summary>
sealed class SqlSession(SqlOptions options, string database) : IAsyncDisposable
{
    DbConnection? _connection;

    public SqlEngine Engine { get; } = SqlEngine.Of(options, database);

    /// <summary>Makes the connection before it is needed.</summary>
    /// <exception cref="TransientException">The database cannot be reached.</exception>
    public async ValueTask ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OpenAsync(cancellationToken);
        }
        catch (DbException e)
        {
            throw Unreachable(e);
        }
    }

    /// <summary>Does something with the connection, which is given up when it fails.</summary>
    /// <exception cref="InvalidMessageException">The database refuses what it was given.</exception>
    /// <exception cref="TransientException">The database cannot be used now; with <c>fail_on_errors</c> the error itself.</exception>
    public async Task<T> RunAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work(await OpenAsync(cancellationToken), cancellationToken);
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException)
        {
            await CloseAsync();
            if (Engine.IsRefusal(e)) throw new InvalidMessageException($"The database '{database}' refuses it: {e.Message}", e);
            if (options.FailOnErrors) throw;
            throw Unreachable(e);
        }
        catch (OperationCanceledException)
        {
            // What was asked may still be on its way.
            await CloseAsync();
            throw;
        }
    }

    async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (_connection is not null) return _connection;
        var connection = Engine.Create();
        try
        {
            await connection.OpenAsync(cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return _connection = connection;
    }

    TransientException Unreachable(Exception e) =>
        new($"The database '{database}' cannot be used: {e.Message}", options.ReconnectDelay > 0 ? TimeSpan.FromSeconds(options.ReconnectDelay) : null, e);

    async ValueTask CloseAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
    }

    public ValueTask DisposeAsync() => CloseAsync();
}
