using System.Globalization;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.OpenPhish.Commercial;

/// <summary>Parses the premium feed of OpenPhish: phishing pages with what is known about them.</summary>
[Bot("intelmq.bots.parsers.openphish.parser_commercial")]
public sealed class CommercialParser : Parser<JsonRow>
{
    static readonly (string Key, Field Field)[] Extras =
    [
        .. new[] { "brand", "emails", "family_id", "page_language", "phishing_kit", "sector", "ssl_cert_issued_by", "ssl_cert_issued_to", "ssl_cert_serial", "tld" }
            .Select(key => (key, ExtraField(key))),
    ];

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonLines();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        var e = report.NewEvent();
        e.TryAdd(Source.Asn, AsnOf(row.Get("asn").Text));
        e.TryAdd(TimeSource, TimeOf(row.Get("isotime")) ?? TimeOf(row.Get("discover_time")));
        e.Add(ClassificationType, "phishing");
        e.Add(Source.AsName, row.Get("asn_name"));
        e.TryAdd(Source.GeolocationCc, row.Get("country_code"));
        e.TryAdd(Source.GeolocationCountry, row.Get("country_name"));
        e.TryAdd(Source.Fqdn, row.Get("host"));
        e.Add(Source.Ip, row.Get("ip"));
        e.TryAdd(ScreenshotUrl, row.Get("screenshot"));
        e.Add(Source.Url, row.Get("url"));
        foreach (var (key, field) in Extras) e.Add(field, row.Get(key));
        e.Add(Raw, $"[{JsonText.Write(row.Value)}]");
        yield return e;
    }

    // Written AS64496.
    static long? AsnOf(string? text) => text is { Length: > 2 } ? long.Parse(text.AsSpan(2), NumberStyles.Integer, CultureInfo.InvariantCulture) : null;

    static string? TimeOf(FieldValue value) => TimeFormat.Fuzzy.TryConvert(value, out var time) ? time : null;
}
