using System.Buffers.Binary;
using IntelMQ.Bots.Experts.AsnLookup;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class AsnLookupExpertTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    BotHarness Bot(string routes) => BotHarness.For<AsnLookupExpert>(new Dictionary<string, object?> { ["database"] = folder.Write("routes.dat", routes) });

    [Fact]
    public async Task The_smallest_network_around_an_address_tells_its_autonomous_system()
    {
        await using var bot = Bot("; a comment\n192.0.0.0/16\t64496\n192.0.2.0/24\t64497\n2001:db8::/32\t4294967295\n");

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.asn": 1, "destination.ip": "2001:db8::1" }""", """{ "source.ip": "198.51.100.1" }""");

        run.ShouldSend(
            """{ "source.ip": "192.0.2.1", "source.asn": 64497, "source.network": "192.0.2.0/24", "destination.ip": "2001:db8::1", "destination.asn": 4294967295, "destination.network": "2001:db8::/32" }""",
            """{ "source.ip": "198.51.100.1" }""");
    }

    [Theory]
    [InlineData("192.0.2.0/24 and so on\n", "Line 1")]
    [InlineData("; comment\n192.0.2.0/33\t64496\n", "192.0.2.0/33")]
    public async Task A_line_that_is_no_route_is_told_with_its_place(string routes, string expected)
    {
        await using var bot = Bot(routes);

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => bot.StartAsync(TestContext.Current.CancellationToken).AsTask());

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_routing_table_gives_prefixes_with_the_origin_of_their_first_sound_path()
    {
        using var dump = new MemoryStream([
            .. Record(1, [1, 2, 3]),
            .. Record(2, [0, 0, 0, 0, 24, 192, 0, 2, 0, 2, .. Entry([1, 2, 0, 0, 251, 240, 0, 0, 251, 241]), .. Entry([2, 1, 0, 0, 251, 242])]),
            .. Record(2, [0, 0, 0, 1, 0, 0, 1, .. Entry([2, 1, 0, 0, 251, 242])]),
            .. Record(4, [0, 0, 0, 2, 32, 0x20, 0x01, 0x0d, 0xb8, 0, 1, .. Entry([2, 2, 0, 0, 0, 1, 0, 0, 251, 243])]),
        ]);

        Assert.Equal([new("192.0.2.0/24", 64498), new("2001:db8::/32", 64499)], MrtReader.Routes(dump));
    }

    [Fact]
    public void A_routing_table_that_breaks_off_is_refused()
    {
        using var dump = new MemoryStream(Record(2, [0, 0, 0, 0, 24, 192])[..^1]);

        Assert.Throws<InvalidDataException>(() => MrtReader.Routes(dump).Count());
    }

    static byte[] Record(ushort subtype, byte[] content)
    {
        var header = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), 13);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), subtype);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), (uint)content.Length);
        return [.. header, .. content];
    }

    // Peer and time, then the attributes: an origin, and the path with numbers of four bytes.
    static byte[] Entry(byte[] path) => [0, 0, 0, 0, 0, 0, 0, (byte)(path.Length + 7), 0x40, 1, 1, 0, 0x40, 2, (byte)path.Length, .. path];
}
