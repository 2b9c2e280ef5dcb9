using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>What the mail collectors share: unseen mails are fetched one by one, and marked as seen when their reports are safe.</summary>
public abstract class MailCollector(MailCollectorOptions options) : Collector
{
    static readonly Field Subject = Field.Named("extra.email_subject");
    static readonly Field From = Field.Named("extra.email_from");
    static readonly Field MessageId = Field.Named("extra.email_message_id");
    static readonly Field Date = Field.Named("extra.email_date");

    Regex? _subject;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(options.SubjectRegex)) _subject = PythonRegex.Compile(options.SubjectRegex);
        return default;
    }

    /// <summary>The reports of a mail.</summary>
    /// <param name="mail">The mail; its <see cref="ReceivedMail.IsDone"/> says at the end whether it is to be marked as seen.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private protected abstract IAsyncEnumerable<Report> ReadAsync(ReceivedMail mail, CancellationToken cancellationToken);

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var session = new MailSession(options, Context.Time, Log);
        foreach (var uid in await session.UnseenAsync(cancellationToken))
        {
            if (await session.FetchAsync(uid, cancellationToken) is not { } bytes) continue;
            var mail = new ReceivedMail(MimePart.Parse(bytes));
            if (_subject is not null && !_subject.IsMatch(mail.Subject)) continue;

            Log.Debug($"Reading the mail '{mail.Subject}'.");
            await using var reports = ReadAsync(mail, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(reports, mail)) yield return reports.Current;
            if (mail.IsDone) await session.MarkSeenAsync(uid, cancellationToken);
        }
    }

    /// <summary>Goes on with a mail; one that cannot be read stays unseen and keeps no other one away.</summary>
    async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<Report> reports, ReceivedMail mail)
    {
        try
        {
            return await reports.MoveNextAsync();
        }
        catch (InvalidDataException e)
        {
            Log.Error($"The mail '{mail.Subject}' cannot be read and stays unseen: {e.Message}");
            mail.IsDone = false;
            return false;
        }
    }

    /// <summary>A report that says which mail it is from.</summary>
    private protected Report NewReport(ReceivedMail mail, ReadOnlyMemory<byte> raw, string? feedUrl = null)
    {
        var report = NewReport(raw, feedUrl);
        report.Add(Subject, mail.Subject);
        report.Add(From, mail.From);
        report.Add(MessageId, mail.MessageId);
        report.Add(Date, mail.Date);
        return report;
    }
}
