using System.Formats.Tar;
using System.IO.Compression;
using IntelMQ.Bots.Experts.MaxmindGeoip;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class MaxmindGeoipExpertTests : IDisposable
{
    const string Url = "https://download.maxmind.com/app/geoip_download?license_key=se%26cret&edition_id=GeoLite2-City&suffix=tar.gz";

    readonly TemporaryFolder folder = new();

    static CancellationToken None => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    string Path => folder.In("GeoLite2-City.mmdb");

    static byte[] Database(string city = "Vienna") => new MmdbWriter()
        .Add("192.0.2.0/24", Place("AT", "DE", 48.2, 16.37, city))
        .Add("2001:db8::/32", Place("CH", "CH", 0.0, 7.5, null))
        .ToBytes();

    static Dictionary<string, object> Place(string country, string registered, double latitude, double longitude, string? city)
    {
        var place = new Dictionary<string, object>
        {
            ["country"] = new Dictionary<string, object> { ["iso_code"] = country },
            ["registered_country"] = new Dictionary<string, object> { ["iso_code"] = registered },
            ["location"] = new Dictionary<string, object> { ["latitude"] = latitude, ["longitude"] = longitude },
        };
        if (city is not null) place["city"] = new Dictionary<string, object> { ["names"] = new Dictionary<string, object> { ["de"] = "Wien", ["en"] = city } };
        return place;
    }

    BotHarness Bot(params (string Name, object? Value)[] parameters)
    {
        if (!File.Exists(Path)) File.WriteAllBytes(Path, Database());
        return BotHarness.For<MaxmindGeoipExpert>(parameters.Append(("database", Path)).ToDictionary(static pair => pair.Item1, static pair => pair.Item2));
    }

    [Fact]
    public async Task Both_sides_get_what_the_database_has_and_a_coordinate_of_zero_is_none()
    {
        await using var bot = Bot();

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.7", "destination.ip": "2001:db8::1" }""", """{ "source.ip": "198.51.100.1" }""");

        run.ShouldSend(
            """
            { "source.ip": "192.0.2.7", "destination.ip": "2001:db8::1", "source.geolocation.cc": "AT", "source.geolocation.latitude": 48.2, "source.geolocation.longitude": 16.37, "source.geolocation.city": "Vienna",
              "destination.geolocation.cc": "CH", "destination.geolocation.longitude": 7.5 }
            """,
            """{ "source.ip": "198.51.100.1" }""");
    }

    [Theory]
    [InlineData(false, "FR")]
    [InlineData(true, "DE")]
    public async Task What_an_event_has_is_replaced_only_with_overwrite_and_the_registered_country_may_be_taken(bool overwrite, string country)
    {
        await using var bot = Bot(("overwrite", overwrite), ("use_registered", true));

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.7", "source.geolocation.cc": "FR" }""");

        Assert.Equal(country, run.On()[0].Get("source.geolocation.cc").Text);
    }

    [Fact]
    public async Task A_missing_or_broken_database_stops_the_bot_with_its_path()
    {
        await using var bot = Bot();
        File.Delete(Path);
        Assert.Contains(Path, (await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(None))).Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path, "no database", None);

        Assert.Contains("no MaxMind DB", (await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_turns_out_to_be_broken_stops_the_bot_and_keeps_the_message()
    {
        await File.WriteAllBytesAsync(Path, new MmdbWriter().Add("192.0.2.0/24", new MmdbWriter.Pointer(0, 1)).ToBytes(), None);
        await using var bot = Bot();

        Assert.Contains(Path, (await Assert.ThrowsAsync<ConfigurationException>(() => bot.RunAsync("""{ "source.ip": "192.0.2.7" }"""))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_something_else_is_used_with_a_warning()
    {
        var writer = new MmdbWriter().Add("192.0.2.0/24", "x");
        writer.Metadata["database_type"] = "Test-ASN";
        await File.WriteAllBytesAsync(Path, writer.ToBytes(), None);
        await using var bot = Bot();

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.7" }""");

        run.ShouldSend("""{ "source.ip": "192.0.2.7" }""");
        Assert.Contains(run.Log, static line => line.Level == BotLogLevel.Warning && line.Message.Contains("Test-ASN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_replaced_is_taken_up_and_one_that_is_overwritten_is_not_read_before_that()
    {
        await using var bot = Bot();
        const string Message = """{ "source.ip": "192.0.2.7" }""";
        await bot.RunAsync(Message);

        await DatabaseFile.ReplaceAsync(Path, Database("Graz"), None);
        File.SetLastWriteTimeUtc(Path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal("Vienna", (await bot.RunAsync(Message)).On()[0].Get("source.geolocation.city").Text);
        bot.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Graz", (await bot.RunAsync(Message)).On()[0].Get("source.geolocation.city").Text);

        await File.WriteAllBytesAsync(Path, Database("Linz")[..100], None);
        Assert.Equal(TimeSpan.FromMinutes(1), (await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync(Message))).RetryAfter);
        await File.WriteAllBytesAsync(Path, Database("Linz"), None);
        bot.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Linz", (await bot.RunAsync(Message)).On()[0].Get("source.geolocation.city").Text);
    }

    [Fact]
    public async Task The_database_is_downloaded_with_the_license_key_and_taken_out_of_its_archive()
    {
        await using var bot = Bot(("license_key", "se&cret"));
        bot.Http.Answer(Url, Archive("GeoLite2-City_20200101/GeoLite2-City.mmdb", Database("Graz")));

        Assert.Equal(Database("Graz"), await ((IUpdatableDatabase)bot.Bot).DownloadDatabaseAsync(None));
    }

    [Fact]
    public async Task What_keeps_from_a_download_is_told_without_the_key()
    {
        await using var without = Bot();
        await using var refused = Bot(("license_key", "se&cret"));
        refused.Http.Answer(Url, "Invalid license key", status: System.Net.HttpStatusCode.Unauthorized);
        await using var forbidden = Bot(("license_key", "se&cret"));
        forbidden.Http.Answer(Url, "no", status: System.Net.HttpStatusCode.Forbidden);
        await using var empty = Bot(("license_key", "se&cret"));
        empty.Http.Answer(Url, Archive("README", [1]));
        await using var broken = Bot(("license_key", "se&cret"));
        broken.Http.Answer(HttpMethod.Get, Url, static _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "no route"));

        List<Exception> errors =
        [
            await Assert.ThrowsAsync<ConfigurationException>(() => DownloadAsync(without)),
            await Assert.ThrowsAsync<ConfigurationException>(() => DownloadAsync(refused)),
            await Assert.ThrowsAsync<HttpRequestException>(() => DownloadAsync(forbidden)),
            await Assert.ThrowsAsync<InvalidDataException>(() => DownloadAsync(empty)),
            await Assert.ThrowsAsync<TransientException>(() => DownloadAsync(broken)),
        ];

        Assert.DoesNotContain(errors, static error => error.ToString().Contains("cret", StringComparison.Ordinal));
    }

    static Task<ReadOnlyMemory<byte>> DownloadAsync(BotHarness bot) => ((IUpdatableDatabase)bot.Bot).DownloadDatabaseAsync(None);

    static byte[] Archive(string name, byte[] content)
    {
        using var archive = new MemoryStream();
        using (var gzip = new GZipStream(archive, CompressionMode.Compress, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        return archive.ToArray();
    }
}
