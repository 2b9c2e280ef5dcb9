using System.Collections.Frozen;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Spamhaus.Cert;

/// <summary>Parses what Spamhaus tells national CERTs about infected and attacking systems of their country.</summary>
[Bot("intelmq.bots.parsers.spamhaus.parser_cert")]
public sealed class CertParser : Parser<string>
{
    const int Columns = 10;
    const string AnyPort = "*";
    const string SpamLink = "l_spamlink";

    static readonly Field SpamIp = Field.Named("extra.spam_ip");
    static readonly Field LocalPort = Field.Named("extra.source.local_port");

    static readonly FrozenDictionary<string, BotKind> Kinds = ReadKinds();

    string? _url;

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { HeaderPrefixes = [";"] });

    static FrozenDictionary<string, BotKind> ReadKinds()
    {
        var table = EmbeddedTable.Read<CertParser>("bots.table.json");
        return table.Keys.ToFrozenDictionary(name => name, name => BotKind.Read(table.Object(name)), StringComparer.Ordinal);
    }

    // The address holds the key of the subscriber.
    /// <inheritdoc />
    protected override void BeginReport(Report report) => _url = report.Get(FeedUrl).Text is { } url
        ? url.Split("key=")[0]
        : throw new InvalidMessageException("The report has no feed.url; expected the address of the feed.");

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        var cells = row.Split(',', StringSplitOptions.TrimEntries);
        if (cells.Length < Columns) throw new FormatException($"The line has {cells.Length} columns; expected {Columns} at least.");
        var e = report.NewEvent();
        e.Set(FeedUrl, _url);
        e.Add(Source.Ip, cells[0]);
        if (cells[1] != "?") e.Add(Source.Asn, cells[1]);
        e.Add(Source.GeolocationCc, cells[2]);
        e.Add(TimeSource, TimeFormat.Timestamp.Convert(cells[3]));

        var bot = cells[4].ToLowerInvariant();
        if (Kinds.TryGetValue(bot, out var kind)) kind.AddTo(e, cells[7]);
        else AddInfection(e, bot, cells[5]);
        if (bot == SpamLink) AddSpamLink(e, cells);
        AddConnection(e, bot, cells);
        return [e];
    }

    static void AddInfection(Event e, string bot, string address)
    {
        e.Add(ClassificationType, "infected-system");
        e.Add(MalwareName, bot == "auto" ? "s_other" : bot);
        // The columns of the domain, address and port tell what the infected system has connected to.
        e.TryAdd(Destination.Url, address);
    }

    static void AddSpamLink(Event e, string[] cells)
    {
        e.Add(Source.Url, cells[6]);
        if (cells[8].Split(':') is not [var address, var version, var malware])
            throw new FormatException($"'{cells[8]}' does not tell who sent the mail; expected address:version:malware.");
        e.Add(SpamIp, address);
        e.Add(MalwareVersion, version);
        e.Add(MalwareName, malware);
    }

    static void AddConnection(Event e, string bot, string[] cells)
    {
        if (bot != "iotscan" && !cells[5].Contains(':', StringComparison.Ordinal)) e.TryAdd(Destination.Fqdn, cells[5]);
        e.TryAdd(Destination.Ip, cells[6]);
        e.TryAdd(Destination.Port, cells[7]);
        if (cells[8] is not ("" or "-" or "?") && bot != SpamLink) e.Add(LocalPort, WholeNumber.Of(cells[8]));
        e.TryAdd(ProtocolTransport, cells[9]);
    }

    /// <summary>What all lines about one kind of bot have in common.</summary>
    sealed record BotKind(IReadOnlyList<KeyValuePair<Field, string>> Constants, IReadOnlyDictionary<string, IReadOnlyList<KeyValuePair<Field, string>>> ByPort)
    {
        public static BotKind Read(JsonRow json)
        {
            var ports = new JsonRow(json.Get("ports"));
            return new([.. Fields(json)], ports.Keys.ToFrozenDictionary(port => port, port => (IReadOnlyList<KeyValuePair<Field, string>>)[.. Fields(ports.Object(port))], StringComparer.Ordinal));
        }

        static IEnumerable<KeyValuePair<Field, string>> Fields(JsonRow json) =>
            from key in json.Keys where json.Get(key).Text is not null select KeyValuePair.Create(Field.Named(key), json.Get(key).Text!);

        public void AddTo(Event e, string port)
        {
            foreach (var (field, value) in Constants.Concat(ByPort.GetValueOrDefault(port) ?? ByPort.GetValueOrDefault(AnyPort) ?? []))
            {
                // The feed may have a documentation of its own.
                if (field == FeedDocumentation) e.TryAdd(field, value);
                else e.Add(field, value);
            }
        }
    }
}
