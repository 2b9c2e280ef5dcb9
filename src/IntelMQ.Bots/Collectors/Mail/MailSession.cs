namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>A visit to the folder of a mail server, which connects when first asked.</summary>
sealed class MailSession(MailCollectorOptions options, TimeProvider time, IBotLog log) : IAsyncDisposable
{
    ImapClient? _client;

    /// <summary>The unseen mails that are asked for.</summary>
    public Task<IReadOnlyList<string>> UnseenAsync(CancellationToken cancellationToken) =>
        AskAsync(client => client.SearchUnseenAsync(options.SentFrom, options.SentTo, cancellationToken), cancellationToken);

    /// <summary>A mail; null when it has gone.</summary>
    public Task<byte[]?> FetchAsync(string uid, CancellationToken cancellationToken) => AskAsync(client => client.FetchAsync(uid, cancellationToken), cancellationToken);

    /// <summary>Marks a mail. What was made of it may have taken long, so the connection is made anew when the server has ended it.</summary>
    public async Task MarkSeenAsync(string uid, CancellationToken cancellationToken)
    {
        try
        {
            await (await ClientAsync(cancellationToken)).MarkSeenAsync(uid, cancellationToken);
        }
        catch (Exception e) when (e is IOException or TimeoutException or ImapException)
        {
            log.Info($"The mail server has ended the connection ({e.Message}); connecting anew.");
            await CloseAsync();
            await AskAsync(async client => { await client.MarkSeenAsync(uid, cancellationToken); return true; }, cancellationToken);
        }
    }

    async Task<T> AskAsync<T>(Func<ImapClient, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(await ClientAsync(cancellationToken));
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            throw new TransientException($"The connection to the mail server {options.MailHost} broke: {e.Message}", inner: e);
        }
    }

    async Task<ImapClient> ClientAsync(CancellationToken cancellationToken)
    {
        if (_client is not null) return _client;
        _client = await ImapClient.ConnectAsync(options, time, cancellationToken);
        await _client.SelectAsync(options.Folder, cancellationToken);
        return _client;
    }

    async ValueTask CloseAsync()
    {
        if (_client is { } client) await client.DisposeAsync();
        _client = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is { } client) await client.LogOutAsync(log, CancellationToken.None);
        await CloseAsync();
    }
}
