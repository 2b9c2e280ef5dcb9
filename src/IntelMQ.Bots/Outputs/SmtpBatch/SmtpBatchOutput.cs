using System.Buffers;

namespace IntelMQ.Bots.Outputs.SmtpBatch;

/// <summary>Gathers events for each abuse contact in lists of a Redis server; <c>intelmqctl cli</c> sends each contact one mail with all of its events.</summary>
/// <remarks>
/// Gathering and sending are apart: a list is there until its mail was taken by the mail server, and only the events in the mail
/// leave it. What ends in between means that events come twice, never that they are lost.
/// </remarks>
[Bot("intelmq.bots.outputs.smtp_batch.output")]
public sealed class SmtpBatchOutput(SmtpBatchOutputOptions options) : Output, IBotCli
{
    static readonly MessageJsonOptions Form = new();

    readonly List<(string Contact, byte[] Event)> _waiting = [];
    readonly ArrayBufferWriter<byte> _buffer = new(1024);
    BatchStore? _store;

    BatchStore Store => _store ??= new(options, Context.BotId);

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken) => await Store.ConnectAsync(cancellationToken);

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        var contacts = ContactsOf(message);
        if (contacts.Length == 0) return default;
        _buffer.ResetWrittenCount();
        message.WriteJson(_buffer, Form);
        var json = _buffer.WrittenSpan.ToArray();
        foreach (var contact in contacts) _waiting.Add((contact, json));
        return default;
    }

    /// <summary>One text, or several where the data format makes the field a list.</summary>
    static string[] ContactsOf(Message message) => message.Get(Fields.Source.AbuseContact) switch
    {
        { IsNone: true } => [],
        { List: { } list } => [.. list.OfType<string>()],
        var one => [one.ToString()],
    };

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0) return;
        await Store.PushAsync(_waiting, cancellationToken);
        _waiting.Clear();
    }

    /// <inheritdoc />
    public async Task<bool> RunCliAsync(IReadOnlyList<string> arguments, IBotTerminal terminal, CancellationToken cancellationToken)
    {
        var wish = SendingWish.Read(arguments, options);
        using var alone = BeAlone();
        return await new MailSession(wish, options, Store, terminal, Context.Time).RunAsync(cancellationToken);
    }

    /// <summary>Two sessions would send the same mails, and the second would take events for sent that no mail had.</summary>
    FileStream BeAlone()
    {
        Directory.CreateDirectory(Context.StateDirectory);
        var path = Path.Combine(Context.StateDirectory, "cli.lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new ConfigurationException($"Mails of the bot '{Context.BotId}' are being sent already: '{path}' is locked.", e);
        }
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
        await base.DisposeAsync();
    }
}
