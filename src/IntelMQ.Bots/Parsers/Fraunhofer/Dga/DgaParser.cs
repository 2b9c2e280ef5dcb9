using System.Text;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Fraunhofer.Dga;

/// <summary>Parses the DGA archive of Fraunhofer FKIE: domains that malware generates today, by malware.</summary>
[Bot("intelmq.bots.parsers.fraunhofer.parser_dga")]
public sealed class DgaParser : Parser<GeneratedDomain>
{
    /// <inheritdoc />
    protected override RowFormat<GeneratedDomain> Format { get; } = new DgaFormat();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(GeneratedDomain row, Report report)
    {
        if (row.Domain.Kind is ValueKind.List or ValueKind.Map) throw new FormatException($"'{row.Domain}' is neither a domain nor an address.");
        var e = report.NewEvent();
        e.Add(ClassificationType, "c2-server");
        if (!e.AddToFirst(row.Domain, Source.Ip)) e.Add(Source.Fqdn, row.Domain);
        e.Add(MalwareName, row.Generator.Split('_')[0]);
        yield return e;
    }
}

/// <summary>A domain, or an address in place of one.</summary>
/// <param name="Generator">What generates it; begins with the name of the malware.</param>
/// <param name="Domain">The value in the list.</param>
public sealed record GeneratedDomain(string Generator, FieldValue Domain);

/// <summary>One JSON object with a list of domains for each generator; each domain is a row.</summary>
sealed class DgaFormat : RowFormat<GeneratedDomain>
{
    static readonly RowFormat<JsonRow> Document = RowFormat.JsonDocument();

    public override IEnumerable<Row<GeneratedDomain>> Read(ReadOnlyMemory<byte> report)
    {
        foreach (var document in Document.Read(report))
            foreach (var generator in document.Value!.Keys)
                foreach (var domain in document.Value.Items(generator))
                    yield return new(new(generator, domain.Value), static (row, _) => Encoding.UTF8.GetBytes(row!.Domain.ToString())) { Original = static (row, _) => AsReport(row!) };
    }

    static byte[] AsReport(GeneratedDomain row) =>
        Encoding.UTF8.GetBytes($"{{{JsonText.Write(row.Generator)}: [{JsonText.Write(row.Domain)}]}}");
}
