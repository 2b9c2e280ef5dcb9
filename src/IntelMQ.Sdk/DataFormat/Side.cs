namespace IntelMQ.Sdk;

/// <summary>One of the two sides of an event, source or destination, with the fields that both have.</summary>
public sealed class Side
{
    /// <summary>Source, then destination: the order in which bots that look at both work.</summary>
    public static IReadOnlyList<Side> Both => field ??= [Fields.Source, Fields.Destination];

    /// <summary><c>*.abuse_contact</c>: Abuse contact addresses, comma separated.</summary>
    public Field<string> AbuseContact { get; }

    /// <summary><c>*.account</c>: User name or e-mail address connected with the source.</summary>
    public Field<string> Account { get; }

    /// <summary><c>*.allocated</c>: Date on which the network was allocated.</summary>
    public Field<string> Allocated { get; }

    /// <summary><c>*.as_name</c>: Name of the autonomous system.</summary>
    public Field<string> AsName { get; }

    /// <summary><c>*.asn</c>: Number of the autonomous system.</summary>
    public Field<long> Asn { get; }

    /// <summary><c>*.domain_suffix</c>: Public suffix of the domain.</summary>
    public Field<string> DomainSuffix { get; }

    /// <summary><c>*.fqdn</c>: Host name, lower case, without final dot.</summary>
    public Field<string> Fqdn { get; }

    /// <summary><c>*.geolocation.cc</c>: ISO 3166-1 alpha-2 country code address.</summary>
    public Field<string> GeolocationCc { get; }

    /// <summary><c>*.geolocation.city</c>: City address.</summary>
    public Field<string> GeolocationCity { get; }

    /// <summary><c>*.geolocation.country</c>: Country name address, in words.</summary>
    public Field<string> GeolocationCountry { get; }

    /// <summary><c>*.geolocation.latitude</c>: Latitude address in degrees.</summary>
    public Field<double> GeolocationLatitude { get; }

    /// <summary><c>*.geolocation.longitude</c>: Longitude address in degrees.</summary>
    public Field<double> GeolocationLongitude { get; }

    /// <summary><c>*.geolocation.region</c>: Region address.</summary>
    public Field<string> GeolocationRegion { get; }

    /// <summary><c>*.geolocation.state</c>: State or province address.</summary>
    public Field<string> GeolocationState { get; }

    /// <summary><c>*.ip</c>: IP address (from which the traffic came).</summary>
    public Field<string> Ip { get; }

    /// <summary><c>*.local_hostname</c>: Internal host name behind NAT.</summary>
    public Field<string> LocalHostname { get; }

    /// <summary><c>*.local_ip</c>: Internal address behind NAT; private addresses are expected here.</summary>
    public Field<string> LocalIp { get; }

    /// <summary><c>*.network</c>: Announced prefix (CIDR) that contains the source address; the most specific one.</summary>
    public Field<string> Network { get; }

    /// <summary><c>*.port</c>: Port number.</summary>
    public Field<long> Port { get; }

    /// <summary><c>*.registry</c>: Regional internet registry responsible for the source address.</summary>
    public Field<string> Registry { get; }

    /// <summary><c>*.reverse_dns</c>: Name found by reverse lookup address, lower case, without final dot; its content is not trustworthy.</summary>
    public Field<string> ReverseDns { get; }

    /// <summary><c>*.tor_node</c>: True when the source address belongs to a Tor node.</summary>
    public Field<bool> TorNode { get; }

    /// <summary><c>*.url</c>: URL; its meaning depends on classification.type.</summary>
    public Field<string> Url { get; }

    /// <summary><c>*.urlpath</c>: Path part of the requested URL.</summary>
    public Field<string> Urlpath { get; }

    /// <summary><c>source</c> or <c>destination</c>.</summary>
    public string Name { get; }

    internal Side(bool isSource)
    {
        Name = isSource ? "source" : "destination";
        AbuseContact = isSource ? new("source.abuse_contact", 52) : new("destination.abuse_contact", 4);
        Account = isSource ? new("source.account", 53) : new("destination.account", 5);
        Allocated = isSource ? new("source.allocated", 54) : new("destination.allocated", 6);
        AsName = isSource ? new("source.as_name", 55) : new("destination.as_name", 7);
        Asn = isSource ? new("source.asn", 56) : new("destination.asn", 8);
        DomainSuffix = isSource ? new("source.domain_suffix", 57) : new("destination.domain_suffix", 9);
        Fqdn = isSource ? new("source.fqdn", 58) : new("destination.fqdn", 10);
        GeolocationCc = isSource ? new("source.geolocation.cc", 59) : new("destination.geolocation.cc", 11);
        GeolocationCity = isSource ? new("source.geolocation.city", 60) : new("destination.geolocation.city", 12);
        GeolocationCountry = isSource ? new("source.geolocation.country", 61) : new("destination.geolocation.country", 13);
        GeolocationLatitude = isSource ? new("source.geolocation.latitude", 64) : new("destination.geolocation.latitude", 14);
        GeolocationLongitude = isSource ? new("source.geolocation.longitude", 65) : new("destination.geolocation.longitude", 15);
        GeolocationRegion = isSource ? new("source.geolocation.region", 66) : new("destination.geolocation.region", 16);
        GeolocationState = isSource ? new("source.geolocation.state", 67) : new("destination.geolocation.state", 17);
        Ip = isSource ? new("source.ip", 68) : new("destination.ip", 18);
        LocalHostname = isSource ? new("source.local_hostname", 69) : new("destination.local_hostname", 19);
        LocalIp = isSource ? new("source.local_ip", 70) : new("destination.local_ip", 20);
        Network = isSource ? new("source.network", 71) : new("destination.network", 21);
        Port = isSource ? new("source.port", 72) : new("destination.port", 22);
        Registry = isSource ? new("source.registry", 73) : new("destination.registry", 23);
        ReverseDns = isSource ? new("source.reverse_dns", 74) : new("destination.reverse_dns", 24);
        TorNode = isSource ? new("source.tor_node", 75) : new("destination.tor_node", 25);
        Url = isSource ? new("source.url", 76) : new("destination.url", 26);
        Urlpath = isSource ? new("source.urlpath", 77) : new("destination.urlpath", 27);
    }

    /// <inheritdoc />
    public override string ToString() => Name;
}
