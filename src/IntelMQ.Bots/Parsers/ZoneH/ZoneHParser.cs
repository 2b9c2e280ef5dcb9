using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.ZoneH;

/// <summary>Parses the reports of Zone-H: defaced web sites of one's country.</summary>
[Bot("intelmq.bots.parsers.zoneh.parser")]
public sealed class ZoneHParser : Parser<CsvRecord>
{
    static readonly (string Column, Field Field)[] Columns =
    [
        ("attacker", ExtraField("actor")),
        ("web_server", ExtraField("http_target")),
        ("system", ExtraField("os.name")),
        ("hackmode", ExtraField("compromise_method")),
        ("defacement_id", ExtraField("zoneh_report_id")),
    ];

    static readonly Field AcceptedDate = ExtraField("accepted_date");

    /// <inheritdoc />
    protected override RowFormat<CsvRecord> Format { get; } = new LinesWithHeader();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(CsvRecord row, Report report)
    {
        var e = report.NewEvent();
        e.Add(ClassificationIdentifier, "compromised-website");
        e.Add(ClassificationType, "unauthorised-information-modification");
        e.Add(EventDescriptionText, "defacement");
        e.Add(TimeSource, row["add_date"] + " UTC");
        e.TryAdd(Source.Ip, row["ip_address"]);
        AddUrl(e, row["domain"]);
        e.TryAdd(Source.GeolocationCc, row["country_code"]);
        if (row.TryGet("accept_date", out var accepted)) e.Add(AcceptedDate, accepted);
        foreach (var (column, field) in Columns) e.Add(field, row[column]);
        return [e];
    }

    static void AddUrl(Event e, string? text)
    {
        if (text is null || !UrlText.TrySplit(text, out var url)) return;
        e.TryAdd(Source.Fqdn, url.Authority.ToString());
        e.Add(ProtocolApplication, url.Scheme.ToString());
        e.TryAdd(Source.Url, text);
    }

    /// <summary>CSV whose rows are written back as they stand in the report, with their line end, below the line of columns.</summary>
    sealed class LinesWithHeader : RowFormat<CsvRecord>
    {
        static readonly RowFormat<CsvRecord> Csv = RowFormat.CsvDictionary();

        public override IEnumerable<Row<CsvRecord>> Read(ReadOnlyMemory<byte> report)
        {
            var header = FirstLine(report);
            foreach (var row in Csv.Read(report))
                yield return row.Error is not null ? row : new Row<CsvRecord>(row.Value!, static (record, header) => [.. ((ReadOnlyMemory<byte>)header!).Span, (byte)'\n', .. record!.OriginalLines.Span], header);
        }

        static ReadOnlyMemory<byte> FirstLine(ReadOnlyMemory<byte> report)
        {
            var text = report.TrimStart(" \t\r\n"u8);
            var end = text.Span.IndexOfAny((byte)'\r', (byte)'\n');
            return end < 0 ? text : text[..end];
        }
    }
}
