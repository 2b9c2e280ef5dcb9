using IntelMQ.Bots.Clients.Smtp;

namespace IntelMQ.Bots.Outputs.SmtpBatch;

/// <summary>Shows the mails that wait, and sends them: to try them out to a tester, or to their contacts.</summary>
sealed class MailSession(SendingWish wish, SmtpBatchOutputOptions options, BatchStore store, IBotTerminal terminal, TimeProvider time)
{
    const string Choices = """
        What is to be done?
          (nothing)  sends the first mail to the tester
          a contact  sends its mail to the tester
          debug      sends all mails to the tester
          s          names another tester
          all        sends all mails to their contacts
          clear      deletes all events that wait
          x or q     ends
        > 
        """;

    readonly SmtpOptions _server = MailServerParameter.Read(options.SmtpServer);
    readonly OpenPgpKey? _key = wish.GpgKey is null ? null : new(wish.GpgKey, options.GpgPass);
    readonly string _text = TextOf(options);
    readonly Recipients _recipients = Recipients.Read(options.AlternativeMails);
    string? _tester = wish.Tester;
    bool _isGood = true;

    static string TextOf(SmtpBatchOutputOptions options)
    {
        if (options.EmailFrom.Length == 0) throw new ConfigurationException("email_from is empty; expected the sender of the mails.");
        try
        {
            return System.IO.File.ReadAllText(options.MailTemplate);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException($"mail_template: the file '{options.MailTemplate}' cannot be read: {e.Message}", e);
        }
    }

    /// <returns>Whether the mail server has taken all that was sent.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var batches = await BatchesAsync(cancellationToken);
        foreach (var batch in batches) terminal.WriteLine($"{batch.Contact}: {batch.Rows.Count} events{(_recipients.HasOther(batch.Contact) ? $", to {string.Join(", ", _recipients.Of(batch.Contact))}" : "")}");
        if (batches.Count == 0) terminal.WriteLine("No mails wait.");
        else if (wish.SendsAtOnce) await SendAllAsync(batches, cancellationToken);
        else await AskAsync(batches, cancellationToken);
        return _isGood;
    }

    async Task<IReadOnlyList<EventBatch>> BatchesAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset? oldest = wish.IgnoreOlderThanDays > 0 ? time.GetUtcNow().AddDays(-wish.IgnoreOlderThanDays) : null;
        var contacts = await store.ContactsAsync(cancellationToken);
        var batches = new List<EventBatch>();
        foreach (var contact in wish.LimitResults > 0 ? contacts.Take(wish.LimitResults) : contacts)
        {
            var batch = EventBatch.Read(contact, await store.EventsAsync(contact, cancellationToken), oldest);
            if (batch.Rows.Count > 0) batches.Add(batch);
            else terminal.WriteLine($"{contact}: all {batch.Taken} events are too old for a mail.");
        }

        return batches;
    }

    async Task AskAsync(IReadOnlyList<EventBatch> batches, CancellationToken cancellationToken)
    {
        while (await terminal.AskAsync(Choices, cancellationToken) is { } answer)
        {
            switch (answer.Trim())
            {
                case "":
                    await TryOutAsync([batches[0]], cancellationToken);
                    break;
                case "debug":
                    await TryOutAsync(batches, cancellationToken);
                    break;
                case "s":
                    _tester = (await terminal.AskAsync("The address of the tester: ", cancellationToken))?.Trim() is { Length: > 0 } tester ? tester : _tester;
                    break;
                case "all":
                    await SendAllAsync(batches, cancellationToken);
                    return;
                case "clear":
                    await ClearAsync(cancellationToken);
                    return;
                case "x" or "q":
                    return;
                case var contact when batches.FirstOrDefault(batch => batch.Contact == contact) is { } batch:
                    await TryOutAsync([batch], cancellationToken);
                    break;
                case var unknown:
                    terminal.WriteLine($"'{unknown}' is neither a choice nor a contact for whom a mail waits.");
                    break;
            }
        }
    }

    async Task ClearAsync(CancellationToken cancellationToken)
    {
        foreach (var contact in await store.ContactsAsync(cancellationToken)) await store.ClearAsync(contact, cancellationToken);
        terminal.WriteLine("All events that waited are deleted.");
    }

    async Task TryOutAsync(IReadOnlyList<EventBatch> batches, CancellationToken cancellationToken)
    {
        if (_tester is null)
        {
            terminal.WriteLine("There is no tester: name one by s, --tester or the parameter testing_to.");
            return;
        }

        foreach (var batch in batches) await SendAsync(batch, [_tester], isTrial: true, cancellationToken);
    }

    async Task SendAllAsync(IReadOnlyList<EventBatch> batches, CancellationToken cancellationToken)
    {
        foreach (var batch in batches)
        {
            if (!await SendAsync(batch, _recipients.Of(batch.Contact), isTrial: false, cancellationToken)) continue;
            // If the program is ended here, the mail goes out again, and no event is lost.
            await store.RemoveAsync(batch.Contact, batch.Taken, CancellationToken.None);
        }
    }

    async Task<bool> SendAsync(EventBatch batch, IReadOnlyList<string> to, bool isTrial, CancellationToken cancellationToken)
    {
        try
        {
            await SmtpSession.SendAsync(_server, await ComposeAsync(batch, to, isTrial, cancellationToken), cancellationToken);
            terminal.WriteLine($"{batch.Contact}: sent to {string.Join(", ", to)}.");
            return true;
        }
        catch (Exception e) when (e is TransientException or InvalidMessageException)
        {
            // The other mails may still go.
            terminal.WriteLine($"{batch.Contact}: not sent: {e.Message}");
            return _isGood = false;
        }
    }

    async Task<OutgoingMail> ComposeAsync(EventBatch batch, IReadOnlyList<string> to, bool isTrial, CancellationToken cancellationToken)
    {
        var now = time.GetLocalNow();
        var about = isTrial ? $"intended for {string.Join(", ", _recipients.Of(batch.Contact))}" : batch.Contact;
        var mail = new OutgoingMail
        {
            Sender = options.EmailFrom,
            Recipients = isTrial ? to : [.. to, .. options.Bcc ?? []],
            Date = now,
            Headers = [new("Subject", $"{StrftimeText.Format(options.Subject, now)} ({about})"), new("From", options.EmailFrom), new("To", string.Join(", ", to))],
        };
        mail.Add(new MailPart("text/plain", _text));
        mail.Add(new MailPart("application/zip", batch.ToZip(options, now), StrftimeText.Format(options.AttachmentName, now) + ".zip"));
        if (_key is not null) await mail.SignAsync(_key, cancellationToken);
        return mail;
    }
}
