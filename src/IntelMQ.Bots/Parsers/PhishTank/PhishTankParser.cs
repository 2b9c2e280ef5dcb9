using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.PhishTank;

/// <summary>Parses the database of PhishTank: phishing pages that were verified and are online.</summary>
[Bot("intelmq.bots.parsers.phishtank.parser")]
public sealed class PhishTankParser : Parser<JsonRow>
{
    static readonly Field PhishId = ExtraField("phishtank.phish_id");
    static readonly Field VerificationTime = ExtraField("phishtank.verification_time");
    static readonly Field Verified = ExtraField("phishtank.verified");

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonArray();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        if (row.Value.Map is null) throw new FormatException($"The item of the list is {row}; expected an object.");
        var e = report.NewEvent();
        e.TryAdd(TimeSource, TimeOf(row.Get("submission_time")));
        e.Add(ClassificationType, "phishing");
        e.Add(PhishId, row.Get("phish_id"));
        e.Add(Source.Url, row.Get("url"));
        e.TryAdd(EventDescriptionUrl, row.Get("phish_detail_url"));
        e.TryAdd(EventDescriptionTarget, row.Get("target"));
        e.Add(Status, "online");
        e.Add(Verified, row.Get("verified"));
        e.Add(VerificationTime, row.Get("verification_time"));

        // A page may be on several hosts; the event has room for the first.
        if (row.Items("details").FirstOrDefault() is { } details)
        {
            e.TryAdd(Source.Ip, details.Get("ip_address"));
            e.TryAdd(Source.Network, details.Get("cidr_block"));
            e.TryAdd(Source.Asn, details.Get("announcing_network"));
            e.TryAdd(Source.GeolocationCc, details.Get("country"));
        }

        yield return e;
    }

    string? TimeOf(FieldValue submitted)
    {
        if (submitted.IsFalsy) return null;
        if (TimeFormat.Fuzzy.TryConvert(submitted, out var time)) return time;
        Log.Warning($"The submission time '{submitted}' is not understood; the event gets no time.source.");
        return null;
    }
}
