using IntelMQ.Bots.Clients.Jinja;

namespace IntelMQ.Bots.Outputs.TemplatedSmtp;

/// <summary>The templates of the parts of a mail, read once.</summary>
sealed record MailTemplates(JinjaTemplate From, JinjaTemplate To, JinjaTemplate Subject, JinjaTemplate Body, IReadOnlyList<(JinjaTemplate Type, JinjaTemplate Text, JinjaTemplate Name)> Attachments)
{
    static readonly string[] Keys = ["content-type", "text", "name"];

    /// <summary>Reads all templates; each error is told.</summary>
    public static MailTemplates Read(TemplatedSmtpOutputOptions options, out List<CheckResult> problems)
    {
        var found = new List<CheckResult>();
        problems = found;
        if (options.Attachments.List is null) found.Add(new(BotLogLevel.Error, "attachments is no list; expected a list of maps with content-type, text and name.", "attachments"));
        return new MailTemplates(
            Parse("mail_from", options.MailFrom),
            Parse("mail_to", options.MailTo),
            Parse("subject", options.Subject),
            Parse("body", options.Body),
            [.. Complete(options).Select(file => (Parse("attachments", file[0]), Parse("attachments", file[1]), Parse("attachments", file[2])))]);

        JinjaTemplate Parse(string parameter, string text)
        {
            try
            {
                return JinjaTemplate.Parse(text, parameter);
            }
            catch (JinjaSyntaxException e)
            {
                found.Add(new(BotLogLevel.Error, e.Message, parameter));
                return JinjaTemplate.Parse("", parameter);
            }
        }
    }

    static IEnumerable<JsonRow> Files(TemplatedSmtpOutputOptions options) => (options.Attachments.List ?? []).Select(static item => new JsonRow(FieldValue.From(item)));

    static bool IsComplete(JsonRow file) => Keys.All(key => file.Get(key).Text is not null);

    static IEnumerable<string[]> Complete(TemplatedSmtpOutputOptions options) =>
        Files(options).Where(IsComplete).Select(static file => Keys.Select(key => file[key].ToString()).ToArray());

    /// <summary>Sentences about files that are left out of all mails.</summary>
    public static IEnumerable<string> IncompleteAttachments(TemplatedSmtpOutputOptions options) =>
        Files(options).Where(static file => !IsComplete(file)).Select(static file => $"An attachment lacks content-type, text or name and is left out: {file}");
}
