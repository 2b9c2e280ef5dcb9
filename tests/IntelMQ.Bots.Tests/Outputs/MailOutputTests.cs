using IntelMQ.Bots.Outputs.Smtp;
using IntelMQ.Bots.Outputs.TemplatedSmtp;

namespace IntelMQ.Bots.Tests.Outputs;

public sealed class MailOutputTests : IDisposable
{
    readonly MailServer server = new();

    Dictionary<string, object?> Parameters(params ReadOnlySpan<(string Name, object? Value)> more)
    {
        var parameters = new Dictionary<string, object?> { ["smtp_host"] = "127.0.0.1", ["smtp_port"] = server.Port, ["starttls"] = false, ["mail_from"] = "cert@example.com" };
        foreach (var (name, value) in more) parameters[name] = value;
        return parameters;
    }

    [Fact]
    public async Task An_event_is_a_mail_with_a_table()
    {
        await using var bot = BotHarness.For<SmtpOutput>(Parameters(("mail_to", "{ev[source.abuse_contact]}, b@example.com"), ("text", ".hello\nü"), ("fieldnames", "source.ip,source.asn"), ("smtp_username", "me"), ("smtp_password", "secret")));

        await bot.RunAsync("""{ "source.abuse_contact": "a@example.com", "source.ip": "192.0.2.1" }""");

        Assert.Contains("AUTH PLAIN " + Convert.ToBase64String("\0me\0secret"u8.ToArray()), server.Commands);
        Assert.Equal(["MAIL FROM:<cert@example.com>", "RCPT TO:<a@example.com>", "RCPT TO:<b@example.com>"], server.Commands.Where(static line => line.Contains(':', StringComparison.Ordinal)));
        Assert.Contains("Subject: Incident in your AS None", server.Mail);
        Assert.Contains(Convert.ToBase64String(".hello\nü"u8.ToArray()), server.Mail);
        Assert.Contains("source.ip;source.asn", server.Mail);
        Assert.Contains("192.0.2.1;", server.Mail);
    }

    [Fact]
    public async Task Fields_of_the_sender_are_filled_in_for_the_server_too()
    {
        await using var bot = BotHarness.For<SmtpOutput>(Parameters(("mail_to", "a@example.com"), ("mail_from", "{ev[source.fqdn]}@example.com")));

        await bot.RunAsync("""{ "source.fqdn": "example.net" }""");

        Assert.Contains("MAIL FROM:<example.net@example.com>", server.Commands);
        Assert.Contains("From: example.net@example.com", server.Mail);
    }

    [Theory]
    [InlineData("451 later", typeof(TransientException))]
    [InlineData("550 no such user", typeof(InvalidMessageException))]
    public async Task A_recipient_may_be_refused_for_now_or_for_ever(string answer, Type expected)
    {
        server.Answer("RCPT", answer);
        await using var bot = BotHarness.For<SmtpOutput>(Parameters(("mail_to", "a@example.com")));

        await Assert.ThrowsAsync(expected, () => bot.RunAsync("""{ "source.ip": "192.0.2.1" }"""));
        Assert.Empty(server.Mail);
    }

    [Fact]
    public async Task A_server_that_lets_nobody_in_says_nothing_about_the_mail()
    {
        server.Answer("EHLO", "554 no service here");
        await using var bot = BotHarness.For<SmtpOutput>(Parameters(("mail_to", "a@example.com")));

        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync("""{ "source.ip": "192.0.2.1" }"""));
    }

    [Fact]
    public async Task A_refused_login_and_missing_encryption_stop_the_bot()
    {
        server.Answer("AUTH", "535 no");
        await using var refused = BotHarness.For<SmtpOutput>(Parameters(("mail_to", "a@example.com"), ("smtp_username", "me"), ("smtp_password", "wrong")));
        await using var unencrypted = BotHarness.For<SmtpOutput>(Parameters(("mail_to", "a@example.com"), ("starttls", true)));

        await Assert.ThrowsAsync<ConfigurationException>(() => refused.RunAsync("{}"));
        await Assert.ThrowsAsync<ConfigurationException>(() => unencrypted.RunAsync("{}"));
    }

    [Fact]
    public async Task A_line_end_in_a_value_makes_no_header()
    {
        await using var bot = BotHarness.For<SmtpOutput>(Parameters(("mail_to", "a@example.com"), ("subject", "{ev[comment]}")));

        await bot.RunAsync("""{ "comment": "a\r\nBcc: x@example.com" }""");

        Assert.Contains("Subject: a Bcc: x@example.com", server.Mail);
    }

    [Fact]
    public async Task Templates_make_the_parts_of_a_mail()
    {
        var file = new Dictionary<string, object?> { ["content-type"] = "text/plain", ["name"] = "{{ event['malware.name'] }}.txt", ["text"] = "{{ from_json(event['output'])['a'] }}" };
        await using var bot = BotHarness.For<TemplatedSmtpOutput>(Parameters(("mail_to", "a@example.com,b@example.com"), ("subject", "{{ event['malware.name'] }}"), ("attachments", new List<object?> { file })));

        await bot.RunAsync("""{ "malware.name": "zeus", "output": "{\"a\": 17}", "raw": "eA==" }""");

        Assert.Contains("Subject: zeus", server.Mail);
        Assert.Contains("To: a@example.com, b@example.com", server.Mail);
        Assert.Contains("malware.name: zeus", server.Mail);
        Assert.DoesNotContain(server.Mail, static line => line.StartsWith("raw", StringComparison.Ordinal));
        Assert.Contains("Content-Disposition: attachment; filename=\"zeus.txt\"", server.Mail);
        Assert.Contains("17", server.Mail);
    }

    public void Dispose() => server.Dispose();
}
