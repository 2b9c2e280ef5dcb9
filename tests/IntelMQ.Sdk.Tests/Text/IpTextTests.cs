namespace IntelMQ.Sdk.Tests.Texts;

public sealed class IpTextTests
{
    [Theory]
    [InlineData("192.0.2.1", "1.2.0.192.in-addr.arpa.")]
    [InlineData("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.")]
    [InlineData("192.0.2", null)]
    public void An_address_has_a_name_in_the_reverse_DNS(string text, string? expected)
    {
        Assert.Equal(expected, IpText.ToReverse(text));
    }

    [Fact]
    public void Every_address_is_read_as_the_framework_reads_it_and_written_canonically()
    {
        var random = new Random(4);
        var bytes = new byte[16];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            for (var k = random.Next(16); k > 0; k--) bytes[random.Next(16)] = 0;
            var address = new System.Net.IPAddress(i % 2 == 0 ? bytes : bytes[..4]);
            var isMapped = address.IsIPv4MappedToIPv6 || address.ToString().Contains('.') && i % 2 == 0;

            Assert.True(IpText.TryParse(address.ToString(), out var number, out var version));
            Assert.Equal(i % 2 == 0 ? 6 : 4, version);
            Assert.Equal(address, System.Net.IPAddress.Parse(IpText.Format(number, version)));
            if (!isMapped) Assert.Equal(address.ToString(), IpText.Format(number, version));
        }
    }

    [Theory]
    [InlineData("http://example.com:80/", "example.com:80")]
    [InlineData("http://192.0.2.1/", null)]
    [InlineData("mailto:a@example.com", null)]
    [InlineData("http://[bad/", null)]
    public void The_domain_of_a_URL_is_its_authority_unless_that_is_an_address(string url, string? expected)
    {
        Assert.Equal(expected, UrlText.ToDomainName(url));
    }
}
