using System.Collections.Frozen;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.AnubisNetworks;

/// <summary>Parses the Cyberfeed stream of AnubisNetworks: connections of infected systems to sinkholes, in its form of 2016 and that of 2020.</summary>
[Bot("intelmq.bots.parsers.anubisnetworks.parser")]
public sealed class AnubisNetworksParser(AnubisNetworksParserOptions options) : Parser<JsonRow>
{
    const string TestMalware = "testsinkholingloss";
    const string ForwardedFor = "_geo_comm_http_x_forwarded_for_";
    const string GeoPrefix = "_geo_comm_http_";

    static readonly JsonRow Table = EmbeddedTable.Read<AnubisNetworksParser>("keys.table.json");

    static readonly FrozenDictionary<string, FrozenDictionary<string, Field>> Keys = Table.Keys.Where(name => name is not ("constants" or "geo"))
        .ToFrozenDictionary(name => name, name => Table.Texts(name).ToFrozenDictionary(entry => entry.Key, entry => Field.Named(entry.Value), StringComparer.Ordinal), StringComparer.Ordinal);

    static readonly ConstantFields Constants = new(Table.Object("constants"));
    static readonly IReadOnlyDictionary<string, string> GeoKeys = Table.Texts("geo");

    static readonly Field Family = Field.Named("extra.malware.family");
    static readonly Field HttpHost = Field.Named("extra.communication.http_host");

    FrozenSet<string> _fields = [];

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonDocument();

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _fields = Context.Format.EventFields.Select(field => field.Key).ToFrozenSet(StringComparer.Ordinal);
        return default;
    }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        var e = report.NewEvent();
        // The address holds the key of the subscriber.
        e.Change(FeedUrl, e.Get(FeedUrl).ToString().Split("?key=")[0]);
        Constants.AddTo(e);
        foreach (var key in row.Keys) Add(e, row, key);
        if (e.Get(MalwareName).Text != TestMalware) return [e];
        Log.Debug("A test message was left out.");
        return [];
    }

    void Add(Event e, JsonRow row, string key)
    {
        var value = row[key];
        switch (key)
        {
            case "_ts": e.Add(TimeSource, TimeFormat.Timestamp.Convert(WholeNumber.Of(value))); break;
            case "app_proto": e.Set(ProtocolApplication, value); break;
            case "env": AddMembers(e, key, value, "server_name", name => e.TryAdd(Destination.Fqdn, name)); break;
            case "src" or "dst" or "tracking": AddMembers(e, key, value); break;
            case "malw": AddMembers(e, key, value, "family", family => AddFamily(e, family, row.Get(key, "variant"))); break;
            case "comm": AddCommunication(e, ObjectOf(row, key), row.Get("dst", "ip")); break;
            case "metadata": foreach (var name in Members(value)) e.Add(Field.Named($"extra.metadata.{name.Key}"), FieldValue.From(name.Value)); break;
            case "_geo_env_remote_addr": AddRemoteAddress(e, ObjectOf(row, key)); break;
            case "_geo_src_ip": AddGeo(e, ObjectOf(row, key), "source"); break;
            case "_geo_tracking_last_ip": AddGeo(e, ObjectOf(row, key), "tracking.last", "tracking.last_ip"); break;
            case "_geo_comm_http_host": AddGeo(e, ObjectOf(row, key), "communication.http.host", "comm.http.host"); break;
            case not null when key.StartsWith(ForwardedFor, StringComparison.Ordinal):
                AddGeo(e, ObjectOf(row, key), "communication.http." + key.Replace("#", "", StringComparison.Ordinal)[GeoPrefix.Length..]);
                break;
            default: e.Add(FieldOf("plain", key!), value); break;
        }
    }

    static Field FieldOf(string part, string key) =>
        Keys[part].GetValueOrDefault(key) ?? throw new InvalidMessageException($"'{key}' is not known{(part == "plain" ? "" : $" below '{part}'")}; what it means has to be added to the parser.");

    static JsonRow ObjectOf(JsonRow row, string key) => new(FieldValue.From(Members(row[key])));

    static IReadOnlyDictionary<string, object?> Members(FieldValue value) =>
        value.Map ?? throw new InvalidMessageException($"Expected a JSON object, found {value}.");

    /// <summary>Adds the members of an object by the table, but one of them in a way of its own.</summary>
    static void AddMembers(Event e, string part, FieldValue value, string? special = null, Action<FieldValue>? add = null)
    {
        foreach (var (key, member) in Members(value))
        {
            if (key == special) add!(FieldValue.From(member));
            else e.Add(FieldOf(part, key), FieldValue.From(member));
        }
    }

    void AddFamily(Event e, FieldValue family, FieldValue variant)
    {
        if (options.UseMalwareFamiliyAsClassificationIdentifier) e.Add(ClassificationIdentifier, family);
        else if (family != variant) e.Add(Family, family);
    }

    static void AddCommunication(Event e, JsonRow communication, FieldValue destination)
    {
        foreach (var key in communication.Keys)
        {
            var value = communication[key];
            switch (key)
            {
                case "proto": e.Set(ProtocolApplication, value); break;
                case "dns": AddMembers(e, key, value); break;
                case "http": AddMembers(e, key, value, "host", host => AddHost(e, host, destination)); break;
                default: e.Add(FieldOf("comm", key), value); break;
            }
        }

        if (communication.TryGet("proto", out var protocol) && communication.Get("http", "host") is { IsNone: false } name && communication.Get("http", "path") is { IsNone: false } path)
            e.Add(Destination.Url, $"{PythonValues.ToText(protocol)}://{PythonValues.ToText(name)}{PythonValues.ToText(path)}");
    }

    static void AddHost(Event e, FieldValue host, FieldValue destination)
    {
        if (e.TryAdd(Destination.Fqdn, host) == AddResult.Invalid && host != destination) e.Add(HttpHost, host);
    }

    static void AddRemoteAddress(Event e, JsonRow place)
    {
        foreach (var (key, field) in Keys["geo_env_remote_addr"]) e.Add(field, place.Get(key));
        if (place.TryGet("ip", out var ip) && place.TryGet("netmask", out var mask)) e.Add(Source.Network, $"{PythonValues.ToText(ip)}/{PythonValues.ToText(mask)}");
    }

    /// <summary>Where an address is: in fields of the event where there are such, else below <c>extra</c>.</summary>
    void AddGeo(Event e, JsonRow place, string prefix, string? expectedPath = null)
    {
        foreach (var key in place.Keys)
        {
            var value = place[key];
            switch (key)
            {
                case "ip": break;
                case "path" when expectedPath is not null && value.Text != expectedPath:
                    throw new InvalidMessageException($"The path is '{value}'; expected '{expectedPath}'.");
                case "path": break;
                case "netmask": AddGeo(e, $"{prefix}.network", $"{PythonValues.ToText(place["ip"])}/{PythonValues.ToText(value)}"); break;
                default:
                    if (!GeoKeys.TryGetValue(key, out var name)) throw new InvalidMessageException($"'{key}' is not known; expected one of {string.Join(", ", GeoKeys.Keys.Order(StringComparer.Ordinal))}.");
                    AddGeo(e, $"{prefix}.{name}", value);
                    break;
            }
        }
    }

    void AddGeo(Event e, string name, FieldValue value) => e.Add(Field.Named(_fields.Contains(name) ? name : "extra." + name), value);
}

/// <summary>Parameters of <see cref="AnubisNetworksParser"/>.</summary>
public sealed record AnubisNetworksParserOptions : BotOptions
{
    /// <summary>Takes the family of the malware for the identifier of the classification (the name of the parameter is spelled so); otherwise it becomes <c>extra.malware.family</c>, where it says more than the name.</summary>
    public bool UseMalwareFamiliyAsClassificationIdentifier { get; init; } = true;
}
