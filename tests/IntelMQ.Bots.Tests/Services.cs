namespace IntelMQ.Bots.Tests;

/// <summary>What golden cases find on the network.</summary>
static class Services
{
    public static object[] ForGoldenCases()
    {
        var dns = new FakeDns { ["www.example.com"] = "192.0.2.1" };
        dns.AddText("2.100.51.198.origin.asn.cymru.com", "64496 64497 | 198.51.100.0/24 | AT | ripencc | 2007-06-07");
        dns.AddText("AS64496.asn.cymru.com", "64496 | AT | ripencc | 1993-01-01 | EXAMPLE-AS Example Ltd., AT");
        return [dns];
    }
}
