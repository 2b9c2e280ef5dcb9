using System.Runtime.CompilerServices;

namespace IntelMQ.Bots.Collectors.Mail.MailBody;

/// <summary>Takes the texts of unseen mails.</summary>
[Bot("intelmq.bots.collectors.mail.collector_mail_body")]
public sealed class MailBodyCollector(MailBodyCollectorOptions options) : MailCollector(options)
{
    private protected override async IAsyncEnumerable<Report> ReadAsync(ReceivedMail mail, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var text in options.TypesInUse.SelectMany(type => type == "plain" ? mail.Plain : mail.Html))
        {
            if (text.Length == 0) continue;
            yield return NewReport(mail, text);
            mail.IsDone = true;
        }
    }
}

/// <summary>Parameters of <see cref="MailBodyCollector"/>.</summary>
public sealed record MailBodyCollectorOptions : MailCollectorOptions
{
    static readonly string[] Types = ["plain", "html"];

    /// <summary>Which texts to take, <c>plain</c>, <c>html</c> or both, in their order; both also when it is empty, true or false.</summary>
    [Parameter(DefaultJson = "[\"plain\", \"html\"]")]
    public FieldValue ContentTypes { get; init; } = FieldValue.From(new List<object?> { "plain", "html" });

    internal IReadOnlyList<string> TypesInUse => Names is { Count: > 0 } names ? names : Types;

    IReadOnlyList<string> Names =>
        ContentTypes.List is { } list ? [.. list.Select(item => PythonValues.ToText(FieldValue.From(item)))]
        : ContentTypes.Text is { Length: > 0 } text ? text.Split(',', StringSplitOptions.TrimEntries)
        : [];

    /// <inheritdoc />
    public override IEnumerable<CheckResult> Check()
    {
        foreach (var problem in base.Check()) yield return problem;
        foreach (var name in TypesInUse.Except(Types))
            yield return new(BotLogLevel.Error, $"content_types: '{name}' is no kind of text; expected plain or html.", "content_types");
    }
}
