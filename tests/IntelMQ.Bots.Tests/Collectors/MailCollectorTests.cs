using System.IO.Compression;
using System.Net;
using IntelMQ.Bots.Collectors.Mail.MailAttach;
using IntelMQ.Bots.Collectors.Mail.MailBody;
using IntelMQ.Bots.Collectors.Mail.MailUrl;

namespace IntelMQ.Bots.Tests.Collectors;

public sealed class MailCollectorTests
{
    const string Head = "From: =?utf-8?Q?J=C3=B6rg?= Example <joerg@example.com>, \"b, c\" <b@example.com>\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\n =?utf-8?Q?_an?= alle\r\nMessage-ID: <1@example.com>\r\nDate: Fri, 15 Mar 2024 10:00:00 +0000\r\n";

    const string Text = Head + "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nsee =\r\nhttps://example.com/a.csv f=FCr\r\n";

    const string Both = Head + "Content-Type: multipart/mixed; boundary=\"a b\"\r\n\r\nignored\r\n--a b\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\nContent-Type: text/plain\r\n\r\nplain\r\n--inner\r\nContent-Type: text/html\r\n\r\n<b>html</b>\r\n--inner--\r\n\r\n--a b\r\nContent-Type: application/octet-stream; name=old.bin\r\nContent-Disposition: attachment; filename*0*=utf-8''gr%C3%BC; filename*1=n.csv\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxi\r\nCg==\r\n--a b\r\nContent-Disposition: attachment\r\nContent-Type: image/png\r\n\r\nno name\r\n--a b--\r\nignored\r\n";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static IEnumerable<string> Raw(BotRun run) => run.On().Select(report => ((Report)report).RawText);

    [Theory]
    [InlineData("", new[] { "see https://example.com/a.csv für\r\n", "plain", "<b>html</b>" })]
    [InlineData(", \"content_types\": \"html\"", new[] { "<b>html</b>" })]
    [InlineData(", \"content_types\": [\"html\", \"plain\"]", new[] { "see https://example.com/a.csv für\r\n", "<b>html</b>", "plain" })]
    [InlineData(", \"content_types\": false, \"subject_regex\": \"^Other\"", new string[0])]
    public async Task Texts_of_mails_become_reports(string more, string[] expected)
    {
        await using var server = new ImapServer(Text, Both);
        await using var bot = BotHarness.For<MailBodyCollector>($"{{ {server.Parameters}{more} }}");

        Assert.Equal(expected, Raw(await bot.CollectAsync(cancellationToken: Token)));
    }

    [Fact]
    public async Task A_report_says_which_mail_it_is_from()
    {
        await using var server = new ImapServer(Text);
        await using var bot = BotHarness.For<MailBodyCollector>($"{{ {server.Parameters}, \"subject_regex\": \"Grüße an\" }}");

        var report = (await bot.CollectAsync(cancellationToken: Token)).On()[0];

        Assert.Equal("Grüße an alle", report.Get("extra.email_subject").Text);
        Assert.Equal("joerg@example.com,b@example.com", report.Get("extra.email_from").Text);
        Assert.Equal("<1@example.com>", report.Get("extra.email_message_id").Text);
        Assert.Equal("Fri, 15 Mar 2024 10:00:00 +0000", report.Get("extra.email_date").Text);
    }

    [Fact]
    public async Task Attachments_with_a_fitting_name_become_reports_and_their_mails_are_marked()
    {
        await using var server = new ImapServer(Text, Both);
        await using var bot = BotHarness.For<MailAttachCollector>($"{{ {server.Parameters}, \"attach_regex\": \"csv$\", \"extract_files\": false, \"sent_from\": \"joerg\", \"sent_to\": \"me\" }}");

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["a,b\n"], Raw(run));
        Assert.Equal("grün.csv", run.On()[0].Get("extra.file_name").Text);
        Assert.Equal([2], server.Seen);
        Assert.Contains("UID SEARCH UNSEEN FROM \"joerg\" TO \"me\"", server.Commands);
    }

    [Fact]
    public async Task A_mail_that_cannot_be_unpacked_stays_unseen_and_keeps_no_other_away()
    {
        await using var server = new ImapServer(Both, Both.Replace("YSxi\r\nCg==", Convert.ToBase64String(Gzip("a,b\n"u8)), StringComparison.Ordinal));
        await using var bot = BotHarness.For<MailAttachCollector>($"{{ {server.Parameters}, \"attach_regex\": \"csv$\" }}");

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Single(run.Log, line => line.Level == BotLogLevel.Error);
        Assert.Equal(["a,b\n"], Raw(run));
        Assert.Equal([2], server.Seen);
    }

    static byte[] Gzip(ReadOnlySpan<byte> content)
    {
        using var bytes = new MemoryStream();
        using (var stream = new GZipStream(bytes, CompressionMode.Compress)) stream.Write(content);
        return bytes.ToArray();
    }

    [Fact]
    public async Task What_a_mail_names_is_downloaded()
    {
        var http = new FakeHttp();
        http.Answer("https://example.com/a.csv", "head\n1\n2\n");
        await using var server = new ImapServer(Text);
        await using var bot = BotHarness.For<MailUrlCollector>($"{{ {server.Parameters}, \"url_regex\": \"https://[^ ]+\", \"chunk_size\": 2 }}", http);

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["head\n1\n", "head\n2\n"], Raw(run));
        Assert.Equal("a.csv", run.On()[0].Get("extra.file_name").Text);
        Assert.Equal([1], server.Seen);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(", \"error_procedure\": \"pass\"", true)]
    public async Task A_mail_whose_download_failed_stays_unseen_unless_errors_may_pass(string more, bool isSeen)
    {
        var http = new FakeHttp();
        http.Answer("https://example.com/a.csv", "", status: HttpStatusCode.NotFound);
        await using var server = new ImapServer(Text);
        await using var bot = BotHarness.For<MailUrlCollector>($"{{ {server.Parameters}, \"url_regex\": \"https://[^ ]+\"{more} }}", http);

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Contains(run.Log, line => line.Level == BotLogLevel.Error);
        Assert.Equal(isSeen, server.Seen.Any());
    }

    [Fact]
    public async Task A_connection_that_the_server_ends_is_made_anew_to_mark_a_mail()
    {
        await using var server = new ImapServer(Text, Text) { BreaksBeforeMarking = true };
        await using var bot = BotHarness.For<MailBodyCollector>($"{{ {server.Parameters} }}");

        Assert.Equal(2, (await bot.CollectAsync(cancellationToken: Token)).On().Count);
        Assert.Equal([1, 2], server.Seen);
    }

    [Fact]
    public async Task A_mail_of_a_thousand_nested_parts_is_read_without_harm()
    {
        var nested = string.Concat(Enumerable.Repeat("Content-Type: message/rfc822\r\n\r\n", 1000));
        await using var server = new ImapServer(nested + "x", Text);
        await using var bot = BotHarness.For<MailBodyCollector>($"{{ {server.Parameters} }}");

        Assert.Single((await bot.CollectAsync(cancellationToken: Token)).On());
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_tried_again_later()
    {
        await using var bot = BotHarness.For<MailBodyCollector>($$"""{ "mail_host": "127.0.0.1", "mail_port": {{LoopbackPort.Free()}}, "mail_ssl": false, "mail_user": "u", "mail_password": "p" }""");

        await Assert.ThrowsAsync<TransientException>(() => bot.CollectAsync(cancellationToken: Token));
    }
}
