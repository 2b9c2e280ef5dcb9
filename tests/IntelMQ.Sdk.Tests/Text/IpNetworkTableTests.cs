namespace IntelMQ.Sdk.Tests;

public sealed class IpNetworkTableTests
{
    static IpNetworkTable<int> Table(params string[] networks) => new(networks.Select((network, i) => KeyValuePair.Create(network, i)));

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.0/8", 0)]
    [InlineData("10.1.2.3", "10.1.0.0/16", 1)]
    [InlineData("10.1.2.255", "10.1.2.128/25", 3)]
    [InlineData("10.2.0.0", "10.0.0.0/8", 0)]
    [InlineData("10.255.255.255", "10.0.0.0/8", 0)]
    [InlineData("192.0.2.7", "192.0.2.7/32", 2)]
    [InlineData("2001:db8::1", "2001:db8::/32", 4)]
    [InlineData("::1", "::/0", 5)]
    public void The_smallest_network_around_an_address_counts(string address, string network, int value)
    {
        var table = Table("10.0.0.0/8", "10.1.0.0/16", "192.0.2.7", "10.1.2.128/25", "2001:db8::/32", "::/0");
        Assert.True(table.TryFind(address, out var found, out var number));
        Assert.Equal((network, value), (found, number));
        Assert.Equal(6, table.Count);
    }

    [Theory]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("::1")]
    [InlineData("no address")]
    [InlineData(null)]
    public void An_address_outside_of_all_networks_is_not_found(string? address)
    {
        Assert.False(Table("10.0.0.0/8").TryFind(address, out _, out _));
        Assert.False(Table("10.0.0.0/8").Contains(address));
    }

    [Fact]
    public void A_network_that_is_named_twice_has_its_last_value()
    {
        Assert.True(Table("10.0.0.0/8", "10.1.0.0/8").TryFind("10.0.0.0", out _, out var value));
        Assert.Equal(1, value);
    }

    [Fact]
    public void A_text_that_is_no_network_is_told() => Assert.Contains("10.0.0.0/33", Assert.Throws<FormatException>(() => Table("10.0.0.0/33")).Message, StringComparison.Ordinal);

    [Fact]
    public void Any_table_agrees_with_trying_all_networks()
    {
        var random = new Random(7);
        var networks = Enumerable.Range(0, 500).Select(_ => $"{random.Next(4)}.{random.Next(4)}.{random.Next(256)}.0/{random.Next(1, 33)}").ToArray();
        var table = Table(networks);
        for (var i = 0; i < 2000; i++)
        {
            var address = $"{random.Next(4)}.{random.Next(4)}.{random.Next(256)}.{random.Next(256)}";
            var expected = networks.Select((n, at) => (Network: System.Net.IPNetwork.Parse(Clear(n)), At: at)).Where(n => n.Network.Contains(System.Net.IPAddress.Parse(address)))
                .OrderByDescending(n => n.Network.PrefixLength).ThenByDescending(n => n.At).Select(n => (int?)n.At).FirstOrDefault();
            Assert.Equal(expected, table.TryFind(address, out _, out var found) ? found : null);
        }
    }

    static string Clear(string network)
    {
        var parts = network.Split('/');
        var bits = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        var number = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(System.Net.IPAddress.Parse(parts[0]).GetAddressBytes()) & (uint)(0xFFFFFFFF00000000 >> bits);
        return $"{number >> 24}.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}/{bits}";
    }
}
