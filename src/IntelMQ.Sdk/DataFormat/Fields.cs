namespace IntelMQ.Sdk;

/// <summary>The fields of the data format as it is shipped, each under a name of its own.</summary>
/// <remarks>
/// Meant for <c>using static IntelMQ.Sdk.Fields;</c>. A field's number is part of the binary form of messages: numbers
/// are never reused and new fields are added at the end.
/// </remarks>
public static class Fields
{
    internal const int KnownCount = 82;

    /// <summary><c>classification.identifier</c>: Short lower-case name of the concrete software, service or malware family concerned, for example heartbleed or zeus. Each installation may use its own vocabulary.</summary>
    public static Field<string> ClassificationIdentifier { get; } = new("classification.identifier", 0);

    /// <summary><c>classification.taxonomy</c>: Top-level incident category; follows from classification.type through the type/taxonomy table.</summary>
    public static Field<string> ClassificationTaxonomy { get; } = new("classification.taxonomy", 1);

    /// <summary><c>classification.type</c>: Kind of incident, one of the fixed list of classification types. Main input for routing decisions.</summary>
    public static Field<string> ClassificationType { get; } = new("classification.type", 2);

    /// <summary><c>comment</c>: Remark written by an analyst, free text.</summary>
    public static Field<string> Comment { get; } = new("comment", 3);

    /// <summary><c>event_description.target</c>: Name of the attacked organisation, when the feed tells it.</summary>
    public static Field<string> EventDescriptionTarget { get; } = new("event_description.target", 28);

    /// <summary><c>event_description.text</c>: Human readable explanation of the event, free text.</summary>
    public static Field<string> EventDescriptionText { get; } = new("event_description.text", 29);

    /// <summary><c>event_description.url</c>: Link to a page that explains the event further.</summary>
    public static Field<string> EventDescriptionUrl { get; } = new("event_description.url", 30);

    /// <summary><c>event_hash</c>: Fingerprint of the event for deduplication by receivers, in upper-case hexadecimal; historically SHA-1.</summary>
    public static Field<string> EventHash { get; } = new("event_hash", 31);

    /// <summary><c>extra</c>: Container for all data that has no field of its own; sub-keys are written extra.&lt;name&gt;.</summary>
    public static Field<string> Extra { get; } = new("extra", 32);

    /// <summary><c>feed.accuracy</c>: Trust in the feed as a percentage from 0 to 100.</summary>
    public static Field<double> FeedAccuracy { get; } = new("feed.accuracy", 33);

    /// <summary><c>feed.code</c>: Short code that stands for the feed, usable instead of its real name.</summary>
    public static Field<string> FeedCode { get; } = new("feed.code", 34);

    /// <summary><c>feed.documentation</c>: Where the feed is documented: a URL or a hint.</summary>
    public static Field<string> FeedDocumentation { get; } = new("feed.documentation", 35);

    /// <summary><c>feed.name</c>: Name of the feed; normally taken from the parameter name of the collector.</summary>
    public static Field<string> FeedName { get; } = new("feed.name", 36);

    /// <summary><c>feed.provider</c>: Organisation that publishes the feed; normally taken from the parameter provider of the collector.</summary>
    public static Field<string> FeedProvider { get; } = new("feed.provider", 37);

    /// <summary><c>feed.url</c>: Address from which the data was fetched.</summary>
    public static Field<string> FeedUrl { get; } = new("feed.url", 38);

    /// <summary><c>malware.hash.md5</c>: MD5 digest of a malware sample or another file.</summary>
    public static Field<string> MalwareHashMd5 { get; } = new("malware.hash.md5", 39);

    /// <summary><c>malware.hash.sha1</c>: SHA-1 digest of a malware sample or another file.</summary>
    public static Field<string> MalwareHashSha1 { get; } = new("malware.hash.sha1", 40);

    /// <summary><c>malware.hash.sha256</c>: SHA-256 digest of a malware sample or another file.</summary>
    public static Field<string> MalwareHashSha256 { get; } = new("malware.hash.sha256", 41);

    /// <summary><c>malware.name</c>: Name of the malware, written in lower case.</summary>
    public static Field<string> MalwareName { get; } = new("malware.name", 42);

    /// <summary><c>malware.version</c>: Version of the malware or crime kit.</summary>
    public static Field<string> MalwareVersion { get; } = new("malware.version", 43);

    /// <summary><c>misp.attribute_uuid</c>: UUID of the corresponding MISP attribute.</summary>
    public static Field<string> MispAttributeUuid { get; } = new("misp.attribute_uuid", 44);

    /// <summary><c>misp.event_uuid</c>: UUID of the corresponding MISP event.</summary>
    public static Field<string> MispEventUuid { get; } = new("misp.event_uuid", 45);

    /// <summary><c>output</c>: Event in a foreign format, JSON encoded, prepared for an output bot.</summary>
    public static Field<string> Output { get; } = new("output", 46);

    /// <summary><c>protocol.application</c>: Application layer protocol such as http, ssh or irc.</summary>
    public static Field<string> ProtocolApplication { get; } = new("protocol.application", 47);

    /// <summary><c>protocol.transport</c>: Transport layer protocol such as tcp, udp or icmp.</summary>
    public static Field<string> ProtocolTransport { get; } = new("protocol.transport", 48);

    /// <summary><c>raw</c>: Original input line of this event, Base64 encoded.</summary>
    public static Field<string> Raw { get; } = new("raw", 49);

    /// <summary><c>rtir_id</c>: Number of the related ticket in Request Tracker for Incident Response.</summary>
    public static Field<long> RtirId { get; } = new("rtir_id", 50);

    /// <summary><c>screenshot_url</c>: Link to a picture (or a rendering) of the resource.</summary>
    public static Field<string> ScreenshotUrl { get; } = new("screenshot_url", 51);

    /// <summary><c>source.geolocation.cymru_cc</c>: Two-letter country code as given by the Team Cymru IP to ASN service.</summary>
    public static Field<string> SourceGeolocationCymruCc { get; } = new("source.geolocation.cymru_cc", 62);

    /// <summary><c>source.geolocation.geoip_cc</c>: Two-letter country code as given by MaxMind.</summary>
    public static Field<string> SourceGeolocationGeoipCc { get; } = new("source.geolocation.geoip_cc", 63);

    /// <summary><c>status</c>: State of the malicious resource, for example online or offline.</summary>
    public static Field<string> Status { get; } = new("status", 78);

    /// <summary><c>time.observation</c>: When the local collector received the data.</summary>
    public static Field<string> TimeObservation { get; } = new("time.observation", 79);

    /// <summary><c>time.source</c>: When the event happened according to the feed.</summary>
    public static Field<string> TimeSource { get; } = new("time.source", 80);

    /// <summary><c>tlp</c>: Traffic Light Protocol marking of the event.</summary>
    public static Field<string> Tlp { get; } = new("tlp", 81);

    /// <summary>The fields of the source of what happened.</summary>
    public static Side Source { get; } = new(isSource: true);

    /// <summary>The fields of the destination of what happened.</summary>
    public static Side Destination { get; } = new(isSource: false);

    /// <summary>A field below <c>extra</c>, where everything goes that the data format has no field for.</summary>
    /// <param name="name">The part after <c>extra.</c>, in lower case letters, digits, <c>_</c> and dots.</param>
    public static Field ExtraField(string name) => Field.Named("extra." + name);
}
