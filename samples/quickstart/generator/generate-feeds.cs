// Makes the feeds and DNS answers of the quickstart: dotnet run generate-feeds.cs -- ..
// Deterministic: the same program makes the same bytes. Formats are those of the real feeds; names, addresses and AS
// numbers are reserved for documentation (RFC 2606, 5737, 3849, 5398), so that nothing here names anybody.
#:property PublishAot=false
#:property TreatWarningsAsErrors=false
#:property EnforceCodeStyleInBuild=false
#:property RunAnalyzers=false

using System.Globalization;
using System.IO.Compression;
using System.Text;

const int Lines = 60_000;
const int Hosts = 1_200;

var target = Path.GetFullPath(args.Length > 0 ? args[0] : "..");
var random = new Random(20_261_124);
var day = new DateTime(2026, 11, 20, 0, 0, 0, DateTimeKind.Utc);
string[] nets = ["192.0.2", "198.51.100", "203.0.113"];
string[] countries = ["AT", "BE", "CZ", "DE", "EE", "ES", "FI", "FR", "IT", "LV", "NL", "PL", "PT", "SE", "SI"];

string Address(int i) => $"{nets[i / 254 % 3]}.{(i % 254) + 1}";
int Asn(int i) => 64496 + (i % 16);
string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
string[] services = ["cdn", "files", "mail", "shop", "img", "login"];
string[] zones = ["example.com", "example.net", "example.org"];
string HostName(int i) => $"{services[i % 6]}{i}.{zones[i % 3]}";

Write("ipblocklist.json.gz", Feodo());
Write("drop.txt.gz", Drop());
Write("urls.csv.gz", Urls());
Write("../dns.json.gz", Dns());

void Write(string name, string text)
{
    var path = Path.Combine(target, "feeds", name);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    using var file = File.Create(path);
    using var gzip = new GZipStream(file, CompressionLevel.SmallestSize);
    gzip.Write(Encoding.UTF8.GetBytes(text));
}

string Feodo()
{
    string[] malware = ["Dridex", "Emotet", "QakBot", "TrickBot", "Pikabot"];
    var entries = Enumerable.Range(0, 40).Select(i => $$"""
            {
                "ip_address": "{{Address(i * 17)}}",
                "port": {{new[] { 443, 447, 449, 8080, 995 }[i % 5]}},
                "status": "{{(i % 3 == 0 ? "online" : "offline")}}",
                "hostname": {{(i % 4 == 0 ? "null" : $"\"c2-{i}.example.net\"")}},
                "as_number": {{Asn(i)}},
                "as_name": "EXAMPLE-AS-{{Asn(i)}}",
                "country": "{{countries[i % countries.Length]}}",
                "first_seen": "{{Time(day.AddMinutes(-i * 433))}}",
                "last_online": "{{day.AddDays(-(i % 9)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}}",
                "malware": "{{malware[i % malware.Length]}}"
            }
        """);
    return $"[\n{string.Join(",\n", entries)}\n]\n";
}

string Drop()
{
    var text = new StringBuilder("; Networks of the documentation ranges in the format of a DROP list\n; Last-Modified: Fri, 20 Nov 2026 06:00:00 GMT\n; Expires: Sat, 21 Nov 2026 06:00:00 GMT\n");
    for (var i = 0; i < 48; i++) text.Append(CultureInfo.InvariantCulture, $"{nets[i % 3]}.{i / 3 * 16}/28 ; SBL{100_000 + i * 37}\n");
    return text.ToString();
}

string Urls()
{
    string[] paths = ["bin.sh", "i", "setup.exe", "invoice.zip", "update/agent.apk", "mozi.m", "doc/2026/scan.js"];
    string[] tags = ["elf,mirai", "exe", "zip,qakbot", "apk", "mozi", "js,loader"];
    var text = new StringBuilder("""
        ################################################################
        # Addresses of malware in the format of a URL feed             #
        # All names and addresses are reserved for documentation       #
        ################################################################
        #
        # id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter

        """.ReplaceLineEndings("\r\n"));
    var rows = new List<string>();
    for (var i = 0; i < Lines; i++)
    {
        // One line in fifty is there twice, so that the deduplicator has something to find.
        if (i % 50 == 49)
        {
            text.Append(rows[random.Next(rows.Count)]).Append("\r\n");
            continue;
        }

        var hasName = random.Next(5) < 2;
        var host = hasName ? HostName(random.Next(Hosts)) : Address(random.Next(254 * 3));
        var port = random.Next(4) == 0 ? $":{random.Next(1024, 65535)}" : "";
        var added = day.AddSeconds(-i * 7);
        var row = string.Create(CultureInfo.InvariantCulture,
            $"\"{3_900_000 - i}\",\"{Time(added)}\",\"{(hasName && random.Next(2) == 0 ? "https" : "http")}://{host}{port}/{paths[random.Next(paths.Length)]}?{random.Next(10_000)}\",\"{(random.Next(3) == 0 ? "online" : "offline")}\",\"{Time(added.AddHours(5))}\",\"malware_download\",\"{tags[random.Next(tags.Length)]}\",\"https://feed.example.org/url/{3_900_000 - i}/\",\"reporter{random.Next(12)}\"");
        rows.Add(row);
        text.Append(row).Append("\r\n");
    }

    return text.ToString();
}

// The questions that the bots ask: addresses of names, and origin and name of autonomous systems.
string Dns()
{
    var lines = new List<string>();
    for (var i = 0; i < Hosts; i++)
    {
        // Some names do not exist any more, as in every real feed.
        if (i % 11 != 10) lines.Add($"\"{HostName(i)}\":{{\"A\":[\"{Address(i * 7)}\"]}}");
    }

    for (var i = 0; i < 254 * 3; i++)
    {
        var address = Address(i);
        var parts = address.Split('.');
        lines.Add($"\"{parts[3]}.{parts[2]}.{parts[1]}.{parts[0]}.origin.asn.cymru.com\":{{\"TXT\":[\"{Asn(i)} | {parts[0]}.{parts[1]}.{parts[2]}.0/24 | {countries[i % countries.Length]} | ripencc | 2010-0{(i % 9) + 1}-14\"]}}");
    }

    for (var i = 0; i < 16; i++) lines.Add($"\"AS{Asn(i)}.asn.cymru.com\":{{\"TXT\":[\"{Asn(i)} | {countries[i % countries.Length]} | ripencc | 2010-01-14 | EXAMPLE-AS-{Asn(i)} Example network {i}, {countries[i % countries.Length]}\"]}}");
    return "{\n" + string.Join(",\n", lines) + "\n}\n";
}
