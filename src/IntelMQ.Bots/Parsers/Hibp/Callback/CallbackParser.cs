using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Hibp.Callback;

/// <summary>Parses what "Have I Been Pwned" sends to enterprise subscribers: addresses of one's domain in a breach or a paste, an event per address.</summary>
[Bot("intelmq.bots.parsers.hibp.parser_callback")]
public sealed class CallbackParser : Parser<JsonRow>
{
    static readonly Field Breach = ExtraField("breach");
    static readonly Field DomainEmails = ExtraField("domain_emails");
    static readonly Field Paste = ExtraField("paste");

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonDocument();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        var e = report.NewEvent();
        e.Add(ClassificationTaxonomy, "information-content-security");
        e.Add(ClassificationType, "data-leak");
        e.Add(Source.Fqdn, row["Domain"]);
        e.Add(DomainEmails, row["DomainEmails"]);
        if (row.Has("Breach"))
        {
            e.Add(ClassificationIdentifier, "breach");
            e.Add(Breach, row["Breach"]);
            // The calls for testing have a list in its place.
            if (row["Breach"].Map is not null) e.Add(TimeSource, row.Get("Breach", "AddedDate"));
        }

        if (row.Has("Paste"))
        {
            e.Add(ClassificationIdentifier, "paste");
            e.Add(Paste, row["Paste"]);
        }

        e.Add(Raw, row.ToSortedText());
        foreach (var account in Accounts(row))
        {
            var copy = e.Clone();
            copy.Add(Source.Account, account);
            yield return copy;
        }
    }

    static IEnumerable<string> Accounts(JsonRow row)
    {
        if (row["DomainEmails"].List is not { } addresses) throw new FormatException($"'DomainEmails' is {row["DomainEmails"]}; expected a list of addresses.");
        var all = addresses.Select(address => FieldValue.From(address).ToString());
        if (row.TryGet("Email", out var email)) all = all.Append(email.ToString());
        return all.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }
}
