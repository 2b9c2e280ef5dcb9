using System.Collections.Frozen;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.AlienVault.Otx;

/// <summary>Parses pulses of the Open Threat Exchange of AlienVault: each indicator of a pulse becomes an event.</summary>
[Bot("intelmq.bots.parsers.alienvault.parser_otx")]
public sealed class OtxParser : Parser<JsonRow>
{
    static readonly FrozenDictionary<string, Field> Hashes = new Dictionary<string, Field>
    {
        ["FileHash-SHA256"] = MalwareHashSha256,
        ["FileHash-SHA1"] = MalwareHashSha1,
        ["FileHash-MD5"] = MalwareHashMd5,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static readonly Field Author = Field.Named("extra.author");
    static readonly Field Pulse = Field.Named("extra.pulse");
    static readonly Field PulseKey = Field.Named("extra.pulse_key");
    static readonly Field Tags = Field.Named("extra.tags");
    static readonly Field Industries = Field.Named("extra.industries");
    static readonly Field Adversary = Field.Named("extra.adversary");
    static readonly Field TargetedCountries = Field.Named("extra.targeted_countries");
    static readonly Field TimeUpdated = Field.Named("extra.time_updated");
    static readonly Field Cve = Field.Named("extra.cve");

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonArray();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        foreach (var indicator in row.Items("indicators"))
        {
            var e = report.NewEvent();
            if (!TryAddIndicator(e, indicator["type"].Text, indicator["indicator"])) continue;
            AddPulse(e, row, indicator);
            e.Add(Tlp, row.Get("TLP"));
            e.Add(Comment, row.Get("description"));
            e.Add(ClassificationType, "blacklist");
            e.Add(TimeSource, $"{WithoutEnd(indicator["created"])}+00:00");
            e.Add(Raw, indicator.ToSortedText());
            yield return e;
        }
    }

    /// <returns>False for what events have no place for, such as the paths of files.</returns>
    static bool TryAddIndicator(Event e, string? type, FieldValue indicator)
    {
        switch (type)
        {
            case not null when Hashes.TryGetValue(type, out var hash): e.Add(hash, indicator); break;
            case "hostname" or "domain": AddName(e, indicator.ToString()); break;
            case "IPv4" or "IPv6": e.Add(Source.Ip, indicator); break;
            case "email": e.Add(Source.Account, indicator); break;
            case "URI": if (e.TryAdd(Source.Url, WithScheme(indicator.ToString())) == AddResult.Invalid) e.Add(Source.Urlpath, indicator); break;
            case "URL": e.Add(Source.Url, WithScheme(indicator.ToString())); break;
            case "CIDR": e.Add(Source.Network, indicator); break;
            case "CVE": e.Add(Cve, indicator); break;
            default: return false;
        }

        return true;
    }

    // Some that are called names have a path.
    static void AddName(Event e, string name)
    {
        var url = WithScheme(name);
        if (UrlText.TrySplit(url, out var parts) && !parts.Path.IsEmpty) e.Add(Source.Url, url);
        else e.Add(Source.Fqdn, name);
    }

    static string WithScheme(string text) => text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;

    static void AddPulse(Event e, JsonRow pulse, JsonRow indicator)
    {
        e.Add(Author, pulse["author_name"]);
        e.Add(Pulse, pulse["name"]);
        e.Add(Tags, pulse.Get("tags"));
        e.Add(Industries, pulse.Get("industries"));
        e.Add(Adversary, pulse.Get("adversary"));
        if (pulse.TryGet("targeted_countries", out var countries) && !countries.IsFalsy) e.Add(TargetedCountries, countries);
        if (pulse.TryGetText("modified", out var modified)) e.Add(TimeUpdated, modified.Contains('.', StringComparison.Ordinal) ? WithoutEnd(modified) + "+00:00" : modified + ".00+00:00");
        e.Add(PulseKey, indicator.TryGet("pulse_key", out var key) ? key : pulse["id"]);
    }

    // Of the fraction of a second, the last digits are left out.
    static string WithoutEnd(FieldValue time) => time.Text is { Length: > 4 } text ? text[..^4] : throw new InvalidMessageException($"'{time}' is no time; expected one as 2015-09-02T09:21:53.093.");
}
