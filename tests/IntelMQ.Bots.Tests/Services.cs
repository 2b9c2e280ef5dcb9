namespace IntelMQ.Bots.Tests;

/// <summary>What golden cases find on the network.</summary>
static class Services
{
    public static object[] ForGoldenCases()
    {
        var dns = new FakeDns { ["www.example.com"] = "192.0.2.1" };
        dns.AddText("2.100.51.198.origin.asn.cymru.com", "64496 64497 | 198.51.100.0/24 | AT | ripencc | 2007-06-07");
        dns.AddText("AS64496.asn.cymru.com", "64496 | AT | ripencc | 1993-01-01 | EXAMPLE-AS Example Ltd., AT");
        dns.AddText("1.2.0.192.abuse-contacts.abusix.org", "abuse@example.com");
        dns.AddName("192.0.2.1", "host.example.com");
        dns.AddName("2001:db8::1", "2001:db8::1");
        return [dns, Web()];
    }

    static FakeHttp Web()
    {
        var web = new FakeHttp();
        web.Answer("https://rest.db.ripe.net/abuse-contact/192.0.2.1.json", """{"abuse-contacts": {"email": "abuse@example.com"}}""");
        web.Answer("https://rest.db.ripe.net/abuse-contact/as64496.json", """{"abuse-contacts": {"email": "abuse@example.net"}}""");
        web.Answer("https://stat.ripe.net/data/abuse-contact-finder/data.json?resource=192.0.2.1", """{"data": {"anti_abuse_contacts": {"abuse_c": [{"email": "abuse@example.com"}]}}}""");
        web.Answer("https://stat.ripe.net/data/abuse-contact-finder/data.json?resource=64496", """{"data": {"abuse_contacts": ["noc@example.net"]}}""");
        web.Answer("https://stat.ripe.net/data/maxmind-geo-lite/data.json?resource=192.0.2.1", """{"data": {"located_resources": [{"locations": [{"country": "AT", "city": "Vienna", "latitude": 48.2, "longitude": 16.37}]}]}}""");
        web.Answer("https://contacts.cert.at/cgi-bin/abuse-nationalcert.pl?ip=192.0.2.1&bFilter=off&bShowNationalCERT=on&sep=semicolon", "192.0.2.1;AT;CERT;reports@example.at\n");
        web.Answer("https://data.iana.org/rdap/dns.json", """{"services": [[["com"], ["https://rdap.example.com/"]]]}""");
        web.Answer("https://rdap.example.com/domain/example.com", """{"entities": [null, {"roles": ["registrar"], "entities": [{"roles": ["abuse"], "vcardArray": ["vcard", [["email", {}, "text", "abuse@example.com"]]]}]}]}""");
        web.Answer("https://www.trusted-introducer.org/directory/teams.json", """[{"emails": [{"address": "cert@example.com", "usage": ["contact"]}], "constituency": {"asns": [64496], "domains": ["*.example.com", "*.*"]}}]""");
        web.Answer("http://www.example.com/there", "Please log in");
        web.Answer("http://www.example.com/gone", "", status: System.Net.HttpStatusCode.NotFound);
        return web;
    }
}
