using System.IO.Compression;
using System.Text;
using IntelMQ.Bots.Outputs.SmtpBatch;
using IntelMQ.Redis.TestServer;

namespace IntelMQ.Bots.Tests.Outputs;

/// <summary>With a real Redis server, and a stand-in for the mail server.</summary>
public sealed class SmtpBatchOutputTests : IDisposable
{
    const string ForA = """{ "source.abuse_contact": "a@example.com", "source.ip": "192.0.2.1", "time.observation": "2020-01-01T00:00:00+00:00", "raw": "bGluZQ0KbmV4dA==" }""";
    const string ForB = """{ "source.abuse_contact": "b@example.com", "source.ip": "192.0.2.2", "feed.name": "x, \"y\"" }""";

    readonly TemporaryFolder folder = new();
    readonly MailServer mails = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        mails.Dispose();
        folder.Dispose();
    }

    static async Task<RedisServerProcess> StartRedisAsync()
    {
        Assert.SkipWhen(RedisServerProcess.Missing is not null, RedisServerProcess.Missing ?? "");
        return await RedisServerProcess.StartAsync();
    }

    BotHarness Bot(RedisServerProcess redis, params (string Name, object? Value)[] more)
    {
        var parameters = new Dictionary<string, object?>
        {
            ["redis_cache_host"] = redis.SocketPath, ["redis_cache_db"] = (long)redis.Options.Database, ["mail_template"] = folder.Write("text.txt", "Dear all,\nsee the file."), ["email_from"] = "cert@example.com",
            ["smtp_server"] = new Dictionary<string, object?> { ["host"] = "127.0.0.1", ["port"] = mails.Port }, ["allowed_fieldnames"] = "source.ip,feed.name,raw", ["bcc"] = "bcc@example.com",
        };
        foreach (var (name, value) in more) parameters[name] = value;
        return BotHarness.For<SmtpBatchOutput>(parameters);
    }

    static Task<bool> CliAsync(BotHarness bot, IBotTerminal terminal, params string[] arguments) => ((IBotCli)bot.Bot).RunCliAsync(arguments, terminal, Cancellation);

    /// <summary>A person who gives prepared answers, and does something before some.</summary>
    sealed class Person(params (string Answer, Func<Task>? Before)[] answers) : IBotTerminal
    {
        readonly Queue<(string Answer, Func<Task>? Before)> _answers = new(answers);

        public Person(params string[] answers) : this([.. answers.Select(static answer => (answer, (Func<Task>?)null))])
        {
        }

        public List<string> Seen { get; } = [];

        public void WriteLine(string line) => Seen.Add(line);

        public async ValueTask<string?> AskAsync(string question, CancellationToken cancellationToken)
        {
            if (!_answers.TryDequeue(out var next)) return null;
            if (next.Before is not null) await next.Before();
            return next.Answer;
        }
    }

    static Person Nobody => new(Array.Empty<string>());

    IEnumerable<string> Recipients => mails.Commands.Where(static line => line.StartsWith("RCPT", StringComparison.Ordinal)).Select(static line => line["RCPT TO:<".Length..^1]);

    string Subject => mails.Mail.First(static line => line.StartsWith("Subject: ", StringComparison.Ordinal))["Subject: ".Length..];

    /// <summary>The file in the last mail: the name in the archive, and the text.</summary>
    (string Name, string Text) Table()
    {
        var begin = mails.Mail.ToList().FindIndex(static line => line.StartsWith("Content-Type: application/zip", StringComparison.Ordinal));
        var base64 = mails.Mail.Skip(begin).SkipWhile(static line => line.Length > 0).Skip(1).TakeWhile(static line => !line.StartsWith("--", StringComparison.Ordinal));
        using var zip = new ZipArchive(new MemoryStream(Convert.FromBase64String(string.Concat(base64))));
        var file = Assert.Single(zip.Entries);
        using var reader = new StreamReader(file.Open());
        return (file.Name, reader.ReadToEnd());
    }

    [Fact]
    public async Task Events_are_gathered_for_each_contact_in_their_order()
    {
        await using var redis = await StartRedisAsync();
        await using var bot = Bot(redis);

        await bot.RunAsync(ForB, """{ "comment": "nobody to tell" }""", ForA, """{ "source.abuse_contact": "b@example.com" }""");

        Assert.Equal(["""{"feed.name": "x, \"y\"", "source.abuse_contact": "b@example.com", "source.ip": "192.0.2.2"}""", """{"source.abuse_contact": "b@example.com"}"""], await redis.ListAsync("test:b@example.com"));
        Assert.Single(await redis.ListAsync("test:a@example.com"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_waited_for_and_what_was_gathered_is_kept()
    {
        await using var redis = await StartRedisAsync();
        await using var bot = Bot(redis);
        await bot.RunAsync(ForA);
        await redis.KillAsync();

        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync(ForB));
        await redis.StartAgainAsync();
        await bot.RunAsync(ForB);

        Assert.Equal(2, (await redis.ListAsync("test:b@example.com")).Count);
    }

    [Fact]
    public async Task Each_contact_gets_one_mail_with_its_events_which_are_gone_then()
    {
        await using var redis = await StartRedisAsync();
        await using var bot = Bot(redis);
        await bot.RunAsync(ForA, ForA, ForB);
        await redis.RunAsync("RPUSH", "other:c@example.com", "not ours");

        Assert.True(await CliAsync(bot, Nobody, "--send"));

        Assert.Equal(["a@example.com", "bcc@example.com", "b@example.com", "bcc@example.com"], Recipients);
        Assert.Equal("IntelMQ warning (2020-01-01) (b@example.com)", Subject);
        Assert.Contains("To: b@example.com", mails.Mail);
        Assert.DoesNotContain(mails.Mail, static line => line.Contains("bcc@", StringComparison.Ordinal));
        Assert.Contains("Content-Disposition: attachment; filename=\"intelmq_2020-01-01.zip\"", mails.Mail);
        Assert.Contains("see the file.", mails.Mail);
        Assert.Equal(("200101_1_events.csv", "ip,feed_name,raw\r\n192.0.2.2,\"x, \"\"y\"\"\",\r\n"), Table());
        Assert.Equal(["other:c@example.com"], (await redis.RunAsync("KEYS", "*")).AsList().Select(static key => key.AsText()));
    }

    [Fact]
    public async Task Raw_data_stay_on_their_line_and_old_events_are_left_out()
    {
        await using var redis = await StartRedisAsync();
        await using var bot = Bot(redis, ("ignore_older_than_days", 2L));
        await bot.RunAsync(ForA, ForA.Replace("2020-01-01", "2019-12-29", StringComparison.Ordinal));

        Assert.True(await CliAsync(bot, Nobody, "--send"));

        Assert.Equal(("200101_1_events.csv", "ip,feed_name,raw\r\n192.0.2.1,,line\\r\\nnext\r\n"), Table());
    }

    [Fact]
    public async Task Mails_that_are_tried_out_go_to_the_tester_and_the_events_stay()
    {
        await using var redis = await StartRedisAsync();
        await using var bot = Bot(redis, ("testing_to", "tester@example.com"));
        await bot.RunAsync(ForA, ForB);
        var person = new Person("", "b@example.com", "s", "other@example.com", "debug", "nonsense", "x", "all");

        Assert.True(await CliAsync(bot, person));

        Assert.Equal(["tester@example.com", "tester@example.com", "other@example.com", "other@example.com"], Recipients);
        Assert.Equal("IntelMQ warning (2020-01-01) (intended for b@example.com)", Subject);
        Assert.Contains(person.Seen, static line => line.Contains("nonsense", StringComparison.Ordinal));
        Assert.Single(await redis.ListAsync("test:a@example.com"));
    }

    [Fact]
    public async Task Events_that_come_while_mails_are_sent_wait_for_the_next_ones()
    {
        await using var redis = await StartRedisAsync();
        await using var bot = Bot(redis);
        await bot.RunAsync(ForA);

        Assert.True(await CliAsync(bot, new Person(("all", () => bot.RunAsync(ForA.Replace("192.0.2.1", "192.0.2.9", StringComparison.Ordinal))))));

        Assert.Contains("192.0.2.9", Assert.Single(await redis.ListAsync("test:a@example.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_whose_mail_is_refused_stay_and_the_other_mails_go()
    {
        await using var redis = await StartRedisAsync();
        await using var bot = Bot(redis);
        await bot.RunAsync(ForA, ForB);
        mails.Answer("RCPT TO:<a@", "451 later");

        Assert.False(await CliAsync(bot, Nobody, "--send"));

        Assert.Single(await redis.ListAsync("test:a@example.com"));
        Assert.Empty(await redis.ListAsync("test:b@example.com"));
    }

    [Fact]
    public async Task Others_may_get_the_mails_of_a_contact()
    {
        await using var redis = await StartRedisAsync();
        await using var bot = Bot(redis, ("alternative_mails", folder.Write("others.csv", "a@example.com,x@example.com; y@example.com\n")), ("bcc", null));
        await bot.RunAsync(ForA, ForB);

        Assert.True(await CliAsync(bot, Nobody, "--send", "--limit-results=1"));

        Assert.Equal(["x@example.com", "y@example.com"], Recipients);
        Assert.Equal("IntelMQ warning (2020-01-01) (a@example.com)", Subject);
        Assert.Single(await redis.ListAsync("test:b@example.com"));
    }

    [Fact]
    public async Task All_events_can_be_deleted()
    {
        await using var redis = await StartRedisAsync();
        await using var bot = Bot(redis);
        await bot.RunAsync(ForA, ForB);

        Assert.True(await CliAsync(bot, new Person("clear")));

        Assert.Empty((await redis.RunAsync("KEYS", "*")).AsList());
        Assert.Empty(Recipients);
    }

    [Fact]
    public async Task A_second_session_is_refused_while_one_is_open()
    {
        await using var redis = await StartRedisAsync();
        await using var bot = Bot(redis);
        await bot.RunAsync(ForA);
        ConfigurationException? refusal = null;

        await CliAsync(bot, new Person(("x", async () => refusal = await Assert.ThrowsAsync<ConfigurationException>(() => CliAsync(bot, Nobody, "--send")))));

        Assert.Contains("being sent already", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signed_mail_is_what_the_key_says()
    {
        await using var redis = await StartRedisAsync();
        var home = Path.Combine(Directory.CreateTempSubdirectory("gpg-").FullName);
        Environment.SetEnvironmentVariable("GNUPGHOME", home);
        try
        {
            await GpgAsync("--pinentry-mode", "loopback", "--passphrase", "open sesame", "--quick-generate-key", "cert@example.com", "ed25519", "sign", "never");
            await using var bot = Bot(redis, ("gpg_key", "cert@example.com"), ("gpg_pass", "open sesame"));
            await using var wrong = Bot(redis, ("gpg_key", "absent@example.com"));
            await bot.RunAsync(ForA);

            await Assert.ThrowsAsync<ConfigurationException>(() => CliAsync(wrong, Nobody, "--send"));
            Assert.True(await CliAsync(bot, Nobody, "--send"));

            var boundary = mails.Mail.First(static line => line.Contains("multipart/signed", StringComparison.Ordinal)).Split('"')[1];
            var parts = (string.Join("\r\n", mails.Mail) + "\r\n").Split($"--{boundary}");
            // The line end before a boundary is the boundary's.
            var signed = folder.Write("signed", Encoding.ASCII.GetBytes(parts[1][2..^2]));
            var signature = folder.Write("signature", parts[2][parts[2].IndexOf("-----BEGIN", StringComparison.Ordinal)..]);
            await GpgAsync("--verify", signature, signed);
            Assert.Contains("Content-Type: application/zip", parts[1], StringComparison.Ordinal);
        }
        finally
        {
            await new ExternalProgram { FileName = "gpgconf", Arguments = ["--kill", "all"] }.RunAsync(Cancellation);
            Environment.SetEnvironmentVariable("GNUPGHOME", null);
            Directory.Delete(home, recursive: true);
        }
    }

    static async Task GpgAsync(params string[] arguments)
    {
        var result = await new ExternalProgram { FileName = "gpg", Arguments = ["--batch", .. arguments], Timeout = TimeSpan.FromMinutes(2) }.RunAsync(Cancellation);
        Assert.True(result.ExitCode == 0, result.Errors);
    }

    [Theory]
    [InlineData("--sent")]
    [InlineData("--tester")]
    [InlineData("--limit-results=many")]
    public async Task Wrong_arguments_are_told(params string[] arguments)
    {
        await using var bot = BotHarness.For<SmtpBatchOutput>();

        await Assert.ThrowsAsync<ConfigurationException>(() => CliAsync(bot, Nobody, arguments));
    }

    [Fact]
    public async Task Sending_without_text_or_sender_is_refused_and_gathering_is_not()
    {
        await using var bot = BotHarness.For<SmtpBatchOutput>();

        Assert.All(bot.Check(), static result => Assert.Equal(BotLogLevel.Warning, result.Level));
        await Assert.ThrowsAsync<ConfigurationException>(() => CliAsync(bot, Nobody, "--send"));
    }

    [Theory]
    [InlineData("\"mail.example.com\"", "mail.example.com:25", false, false)]
    [InlineData("""["mail.example.com", 587, "me", "secret"]""", "mail.example.com:587", true, false)]
    [InlineData("""{ "host": "mail.example.com", "port": 465 }""", "mail.example.com:465", false, true)]
    [InlineData("""{ "host": "mail.example.com", "security": "starttls" }""", "mail.example.com:25", true, false)]
    public void The_mail_server_has_three_forms(string parameter, string place, bool startsTls, bool isTls)
    {
        var server = MailServerParameter.Read(JsonText.Parse(parameter));

        Assert.Null(MailServerParameter.ProblemOf(JsonText.Parse(parameter)));
        Assert.Equal((place, startsTls, isTls), (server.Place, server.StartTls, server.Tls));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("""["mail.example.com", "smtp"]""")]
    [InlineData("""{ "host": "mail.example.com", "security": "ssl" }""")]
    public void What_is_no_mail_server_is_told(string parameter) => Assert.NotNull(MailServerParameter.ProblemOf(JsonText.Parse(parameter)));
}
