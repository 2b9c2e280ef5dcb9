using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Collectors.Mail.MailAttach;

/// <summary>Takes the attachments of unseen mails, unpacked if they are archives.</summary>
[Bot("intelmq.bots.collectors.mail.collector_mail_attach")]
public sealed class MailAttachCollector(MailAttachCollectorOptions options) : MailCollector(options)
{
    static readonly Field FileName = Field.Named("extra.file_name");

    Regex? _name;

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        _name = PythonRegex.Compile(options.AttachRegex);
    }

    private protected override async IAsyncEnumerable<Report> ReadAsync(ReceivedMail mail, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var (name, content) in mail.Attachments)
        {
            var attachment = name?.Trim('"');
            if (string.IsNullOrEmpty(attachment) || !_name!.IsMatch(attachment)) continue;

            var selection = ArchiveSelection.From(options.AttachUnzip is null ? options.ExtractFiles : true);
            foreach (var (member, data) in selection.Extract(content))
            {
                var report = NewReport(mail, data);
                report.Add(FileName, selection.IsWanted ? member : attachment);
                yield return report;
            }

            mail.IsDone = true;
        }
    }
}

/// <summary>Parameters of <see cref="MailAttachCollector"/>.</summary>
public sealed record MailAttachCollectorOptions : MailCollectorOptions
{
    /// <summary>Only attachments in whose name this regular expression is found.</summary>
    public string AttachRegex { get; init; } = "csv.zip";

    /// <summary>Unpacks archives: <c>true</c> takes all files, a list (or a text with commas) only these.</summary>
    [Parameter(DefaultJson = "true")]
    public FieldValue ExtractFiles { get; init; } = true;

    /// <summary>Deprecated: use <c>extract_files</c>.</summary>
    public bool? AttachUnzip { get; init; }

    /// <inheritdoc />
    public override IEnumerable<CheckResult> Check()
    {
        foreach (var problem in base.Check()) yield return problem;
        if (RegexProblem.Of(AttachRegex) is { } regex) yield return new(BotLogLevel.Error, $"attach_regex: {regex}", "attach_regex");
        if (AttachUnzip is not null) yield return new(BotLogLevel.Warning, "attach_unzip is deprecated; use extract_files.", "attach_unzip");
    }
}
