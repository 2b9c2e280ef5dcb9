using System.Net;
using System.Net.Sockets;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Services.Tests;

public sealed class DnsResolverTests
{
    static readonly byte[] Address = [192, 0, 2, 1];
    static readonly TimeSpan Short = TimeSpan.FromMilliseconds(250);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static DnsResolver Resolver(params LoopbackDnsServer[] servers) => Resolver(new SetTime(), TimeSpan.FromSeconds(10), servers);

    static DnsResolver Resolver(TimeProvider time, TimeSpan timeout, params LoopbackDnsServer[] servers) => new(new DnsOptions
    {
        Servers = [.. servers.Select(s => s.EndPoint)],
        Timeout = timeout,
        Attempts = 2,
        Hosts = "/nowhere",
        ResolvConf = "/nowhere",
        Time = time,
    });

    static async Task<string[]> AddressesAsync(DnsResolver resolver, string name, AddressFamily family = AddressFamily.InterNetwork) =>
        [.. (await resolver.GetAddressesAsync(name, family, Token)).Select(a => a.ToString())];

    [Fact]
    public async Task Addresses_of_both_families_are_found_whatever_the_case_of_the_name()
    {
        await using var server = new LoopbackDnsServer(q => q.Type == 1
            ? q.Respond().Answer("@12", 1, Address).Answer("EXAMPLE.com", 1, [192, 0, 2, 2]).ToArray()
            : q.Respond().Answer("@12", 28, IPAddress.Parse("2001:db8::1").GetAddressBytes()).ToArray());
        using var resolver = Resolver(server);
        Assert.Equal(["192.0.2.1", "192.0.2.2"], await AddressesAsync(resolver, "Example.COM."));
        Assert.Equal(["2001:db8::1"], await AddressesAsync(resolver, "example.com", AddressFamily.InterNetworkV6));
        Assert.Equal("example.com", server.Queries.First().Name);
        Assert.True(server.Queries.First().Extended);
    }

    [Fact]
    public async Task The_strings_of_a_text_record_are_joined()
    {
        await using var server = new LoopbackDnsServer(q => q.Respond().Answer("@12", 16, DnsPacket.Texts("64496 | 192.0.2", ".0/24 | ZZ | rir | ", "ü")).Answer("@12", 16, DnsPacket.Texts("")).ToArray());
        using var resolver = Resolver(server);
        Assert.Equal(["64496 | 192.0.2.0/24 | ZZ | rir | ü", ""], await resolver.GetTextsAsync("1.2.0.192.origin.asn.example", Token));
    }

    [Theory]
    [InlineData("192.0.2.9", "9.2.0.192.in-addr.arpa")]
    [InlineData("2001:db8::5", "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")]
    public async Task Names_of_an_address_are_asked_for_under_its_reverse_name(string address, string name)
    {
        await using var server = new LoopbackDnsServer(q => q.Respond().Answer("@12", 12, DnsPacket.EncodeName("Host.example.net")).ToArray());
        using var resolver = Resolver(server);
        Assert.Equal(["host.example.net"], await resolver.GetNamesAsync(IPAddress.Parse(address), Token));
        Assert.Equal(name, server.Queries.Single().Name);
    }

    [Fact]
    public async Task Aliases_are_followed_within_an_answer_and_beyond_it()
    {
        await using var server = new LoopbackDnsServer(q => q.Name == "a.example"
            ? q.Respond().Answer("@12", 5, DnsPacket.EncodeName("b.example")).Answer("b.example", 5, DnsPacket.EncodeName("c.example")).ToArray()
            : q.Respond().Answer("@12", 1, Address).Answer("other.example", 1, [192, 0, 2, 66]).ToArray());
        using var resolver = Resolver(server);
        Assert.Equal(["192.0.2.1"], await AddressesAsync(resolver, "a.example"));
        Assert.Equal(["a.example", "c.example"], server.Queries.Select(q => q.Name));
    }

    [Fact]
    public async Task Aliases_in_a_circle_lead_to_nothing()
    {
        await using var server = new LoopbackDnsServer(q => q.Respond().Answer("@12", 5, DnsPacket.EncodeName(q.Name == "a.example" ? "b.example" : "a.example")).ToArray());
        using var resolver = Resolver(server);
        Assert.Empty(await AddressesAsync(resolver, "a.example"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    public async Task A_name_that_is_not_there_and_one_without_such_records_are_empty_for_as_long_as_the_zone_says(int code)
    {
        var time = new SetTime();
        await using var server = new LoopbackDnsServer(q => q.Respond(code).Authority("example", 6, DnsPacket.Soa(40), 3600).ToArray());
        using var resolver = Resolver(time, TimeSpan.FromSeconds(10), server);
        Assert.Empty(await AddressesAsync(resolver, "none.example"));
        time.Advance(TimeSpan.FromSeconds(39));
        Assert.Empty(await AddressesAsync(resolver, "none.example"));
        Assert.Single(server.Queries);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(await AddressesAsync(resolver, "none.example"));
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task An_answer_is_remembered_for_the_shortest_life_of_its_records()
    {
        var time = new SetTime();
        await using var server = new LoopbackDnsServer(q => q.Respond().Answer("@12", 1, Address, 100).Answer("@12", 1, [192, 0, 2, 2], 50).ToArray());
        using var resolver = Resolver(time, TimeSpan.FromSeconds(10), server);
        await AddressesAsync(resolver, "example.com");
        time.Advance(TimeSpan.FromSeconds(49));
        await AddressesAsync(resolver, "example.com");
        Assert.Single(server.Queries);
        time.Advance(TimeSpan.FromSeconds(2));
        await AddressesAsync(resolver, "example.com");
        Assert.Equal(2, server.Queries.Count);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_server_that_cannot_say_makes_the_host_try_again_later(int code)
    {
        await using var server = new LoopbackDnsServer(q => q.Respond(code).ToArray());
        using var resolver = Resolver(server);
        var error = await Assert.ThrowsAsync<TransientException>(() => AddressesAsync(resolver, "example.com"));
        Assert.Contains("example.com (A)", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task The_next_server_is_asked_when_the_first_one_fails()
    {
        await using var broken = new LoopbackDnsServer(q => q.Respond(2).ToArray());
        await using var good = new LoopbackDnsServer(q => q.Respond().Answer("@12", 1, Address).ToArray());
        using var resolver = Resolver(broken, good);
        Assert.Equal(["192.0.2.1"], await AddressesAsync(resolver, "example.com"));
    }

    [Fact]
    public async Task A_silent_server_is_a_transient_error_after_all_attempts()
    {
        await using var server = new LoopbackDnsServer(_ => (IEnumerable<byte[]>)[]);
        using var resolver = Resolver(TimeProvider.System, Short, server);
        var error = await Assert.ThrowsAsync<TransientException>(() => AddressesAsync(resolver, "example.com"));
        Assert.Contains("did not answer within", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Queries.Count);
    }

    [Fact]
    public async Task What_does_not_fit_a_packet_is_asked_for_by_tcp()
    {
        await using var server = new LoopbackDnsServer(q => q.ByTcp
            ? Enumerable.Range(0, 200).Aggregate(q.Respond(), (p, i) => p.Answer("@12", 1, [192, 0, 2, (byte)i])).ToArray()
            : q.Respond().Answer("@12", 1, Address).Truncated().ToArray()[..40]);
        using var resolver = Resolver(server);
        Assert.Equal(200, (await AddressesAsync(resolver, "example.com")).Length);
        Assert.Equal([false, true], server.Queries.Select(q => q.ByTcp));
    }

    [Fact]
    public async Task A_server_without_the_extension_is_asked_without_it()
    {
        await using var server = new LoopbackDnsServer(q => q.Extended ? q.Respond(1).ToArray() : q.Respond().Answer("@12", 1, Address).ToArray());
        using var resolver = Resolver(server);
        Assert.Equal(["192.0.2.1"], await AddressesAsync(resolver, "example.com"));
    }

    [Fact]
    public async Task Forged_and_broken_packets_before_the_answer_are_ignored()
    {
        await using var server = new LoopbackDnsServer(q => (IEnumerable<byte[]>)
        [
            [],
            [1, 2, 3],
            (q with { Id = (ushort)(q.Id + 1) }).Respond().Answer("@12", 1, [192, 0, 2, 66]).ToArray(),
            (q with { Name = "other.example" }).Respond().Answer("@12", 1, [192, 0, 2, 66]).ToArray(),
            (q with { Type = 28 }).Respond().ToArray(),
            q.Respond().Answer("@12", 1, Address).ToArray()[..^2],
            q.Respond().Answer("@29", 1, Address).ToArray(),
            q.Respond().Answer("@12", 1, [192, 0, 2]).ToArray(),
            q.Respond().Patch(2, _ => 0x01).ToArray(),
            q.Respond().Answer("@12", 1, Address).ToArray(),
        ]);
        using var resolver = Resolver(server);
        Assert.Equal(["192.0.2.1"], await AddressesAsync(resolver, "example.com"));
    }

    [Fact]
    public async Task Equal_questions_at_the_same_time_go_out_once()
    {
        using var release = new SemaphoreSlim(0);
        await using var server = new LoopbackDnsServer(q => { release.Wait(Token); return q.Respond().Answer("@12", 1, Address).ToArray(); });
        using var resolver = Resolver(TimeProvider.System, TimeSpan.FromSeconds(20), server);
        var all = Enumerable.Range(0, 20).Select(_ => AddressesAsync(resolver, "example.com")).ToList();
        release.Release(20);
        foreach (var answer in await Task.WhenAll(all)) Assert.Equal(["192.0.2.1"], answer);
        Assert.Single(server.Queries);
    }

    [Fact]
    public async Task Each_query_has_its_own_id_and_port()
    {
        await using var server = new LoopbackDnsServer(q => q.Respond().Answer("@12", 1, Address).ToArray());
        using var resolver = Resolver(server);
        for (var i = 0; i < 20; i++) await AddressesAsync(resolver, $"h{i}.example");
        Assert.True(server.Queries.Select(q => q.Id).Distinct().Count() > 15);
        Assert.True(server.Queries.Select(q => q.Port).Distinct().Count() > 15);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("exämple.com")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123.example")]
    public async Task A_name_that_cannot_exist_is_empty(string name)
    {
        await using var server = new LoopbackDnsServer(q => q.Respond(3).ToArray());
        using var resolver = Resolver(server);
        Assert.Empty(await AddressesAsync(resolver, name));
    }

    [Fact]
    public async Task The_hosts_file_comes_before_the_servers()
    {
        using var directory = new TemporaryDirectory();
        var hosts = Path.Combine(directory.Path, "hosts");
        await File.WriteAllTextAsync(hosts, "# comment\n192.0.2.7\tname.example  Alias # rest\n2001:db8::7 name.example\nbroken line\n", Token);
        await using var server = new LoopbackDnsServer(q => q.Respond(3).ToArray());
        using var resolver = new DnsResolver(new DnsOptions { Servers = [server.EndPoint], Hosts = hosts });
        Assert.Equal(["192.0.2.7"], await AddressesAsync(resolver, "ALIAS"));
        Assert.Equal(["2001:db8::7"], await AddressesAsync(resolver, "name.example.", AddressFamily.InterNetworkV6));
        Assert.Empty(server.Queries);
        Assert.Empty(await AddressesAsync(resolver, "alias", AddressFamily.InterNetworkV6));
        Assert.Single(server.Queries);
    }

    [Fact]
    public void The_configuration_of_the_system_is_understood()
    {
        var configuration = ResolverConfiguration.Parse("search example.com\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n nameserver nonsense\noptions timeout:3 attempts:4 rotate\n");
        Assert.Equal([new IPEndPoint(IPAddress.Parse("192.0.2.1"), 53), new IPEndPoint(IPAddress.Parse("2001:db8::1"), 53)], configuration.Servers);
        Assert.Equal((TimeSpan.FromSeconds(3), 4), (configuration.Timeout, configuration.Attempts));
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 53)], ResolverConfiguration.Parse("").Servers);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_take_the_answer_from_the_others()
    {
        using var release = new SemaphoreSlim(0);
        await using var server = new LoopbackDnsServer(q => { release.Wait(Token); return q.Respond().Answer("@12", 1, Address).ToArray(); });
        using var resolver = Resolver(TimeProvider.System, TimeSpan.FromSeconds(20), server);
        using var impatient = new CancellationTokenSource();
        var first = resolver.GetAddressesAsync("example.com", AddressFamily.InterNetwork, impatient.Token).AsTask();
        var second = AddressesAsync(resolver, "example.com");
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.Release();
        Assert.Equal(["192.0.2.1"], await second);
    }
}

public sealed class DnsMessageTests
{
    static readonly DnsQuestion Question = new("example.com", DnsType.A);

    static byte[] Response(Action<DnsPacket> fill)
    {
        var packet = new DnsQuery(7, "example.com", 1, true, false, 0).Respond();
        fill(packet);
        return packet.ToArray();
    }

    [Fact]
    public void Whatever_bytes_come_reading_ends_with_a_response_or_the_one_exception()
    {
        var seeds = new List<byte[]>
        {
            Response(p => p.Answer("@12", 1, [192, 0, 2, 1]).Answer("@12", 28, new byte[16])),
            Response(p => p.Answer("www.@12", 16, DnsPacket.Texts("a", "b")).Authority("@12", 6, DnsPacket.Soa(5))),
            Response(p => p.Answer("@12", 5, DnsPacket.EncodeName("x.@12")).Answer("x.@12", 12, DnsPacket.EncodeName("y.@40"))),
        };
        var random = new Random(20261124);
        for (var i = 0; i < 200_000; i++)
        {
            var packet = seeds[random.Next(seeds.Count)].ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--) packet[random.Next(random.Next(4) == 0 ? 0 : 12, packet.Length)] = (byte)(random.Next(4) == 0 ? 0xC0 | random.Next(2) : random.Next(256));
            var length = random.Next(3) == 0 ? random.Next(packet.Length + 1) : packet.Length;
            try
            {
                var response = DnsMessage.ReadResponse(packet.AsSpan(0, length), 7, Question);
                Assert.All(response.Answers, r => Assert.True(r.Name.Length <= 253));
            }
            catch (DnsFormatException)
            {
                // The one it may throw.
            }
        }
    }

    [Fact]
    public void A_query_can_be_read_back_by_a_server()
    {
        Span<byte> buffer = stackalloc byte[DnsMessage.LongestQuery];
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var name = string.Join('.', Enumerable.Range(0, random.Next(1, 5)).Select(_ => new string((char)('a' + random.Next(26)), random.Next(1, 50))));
            var length = DnsMessage.WriteQuery(buffer, (ushort)i, new DnsQuestion(name, DnsType.Txt));
            buffer[2] |= 0x80;
            var response = DnsMessage.ReadResponse(buffer[..length], (ushort)i, new DnsQuestion(name, DnsType.Txt));
            Assert.Equal(DnsResponseCode.NoError, response.Code);
            Assert.Empty(response.Answers);
        }
    }

    [Theory]
    [InlineData("@29", "a pointer to itself")]
    [InlineData("a.@29", "a pointer to its own label")]
    [InlineData("@500", "a pointer beyond the end")]
    public void Names_that_do_not_end_are_refused(string name, string what)
    {
        var packet = Response(p => p.Answer(name, 1, [192, 0, 2, 1]));
        Assert.True(Assert.Throws<DnsFormatException>(() => DnsMessage.ReadResponse(packet, 7, Question)).Message.Length > 0, what);
    }

    [Fact]
    public void A_life_with_the_highest_bit_set_is_none()
    {
        var response = DnsMessage.ReadResponse(Response(p => p.Answer("@12", 1, [192, 0, 2, 1], uint.MaxValue)), 7, Question);
        Assert.Equal(0u, response.Answers.Single().TimeToLive);
    }
}

public sealed class RecordedDnsResolverTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static async Task<RecordedDnsResolver> LoadAsync(string json)
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "dns.json");
        await File.WriteAllTextAsync(path, json, Encoding.UTF8, Token);
        return await RecordedDnsResolver.LoadAsync(path, Token);
    }

    [Fact]
    public async Task Answers_stand_in_the_file_and_everything_else_is_empty()
    {
        var resolver = await LoadAsync("""{"Example.com": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"], "TXT": ["a", "b"]}, "192.0.2.1": {"PTR": ["example.com."]}}""");
        Assert.Equal([IPAddress.Parse("192.0.2.1")], await resolver.GetAddressesAsync("example.COM.", AddressFamily.InterNetwork, Token));
        Assert.Equal([IPAddress.Parse("2001:db8::1")], await resolver.GetAddressesAsync("example.com", AddressFamily.InterNetworkV6, Token));
        Assert.Equal(["a", "b"], await resolver.GetTextsAsync("example.com", Token));
        Assert.Equal(["example.com"], await resolver.GetNamesAsync(IPAddress.Parse("192.0.2.1"), Token));
        Assert.Empty(await resolver.GetTextsAsync("other.example", Token));
        Assert.Empty(await resolver.GetNamesAsync(IPAddress.Parse("192.0.2.2"), Token));
    }

    [Fact]
    public async Task All_errors_of_a_file_are_named_at_once()
    {
        var error = await Assert.ThrowsAsync<ConfigurationException>(() => LoadAsync("""{"a.example": {"A": ["2001:db8::1"], "MX": []}, "b.example": []}"""));
        Assert.Contains("a.example.A", error.Message, StringComparison.Ordinal);
        Assert.Contains("a.example.MX", error.Message, StringComparison.Ordinal);
        Assert.Contains("b.example", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ConfigurationException>(() => LoadAsync("{"));
    }
}
