using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.AlienVault;

/// <summary>Parses the reputation list of AlienVault: addresses with what they are known for, an event for each such kind.</summary>
[Bot("intelmq.bots.parsers.alienvault.parser")]
public sealed class AlienVaultParser : Parser<string>
{
    const int Columns = 7;

    static readonly IReadOnlyDictionary<string, string> Types = EmbeddedTable.Read<AlienVaultParser>("types.table.json").Texts();

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        var cells = row.Split('#');
        if (cells.Length < Columns) throw new FormatException($"The line has {cells.Length} columns; expected {Columns} at least.");
        foreach (var type in cells[3].Split(';'))
        {
            var e = report.NewEvent();
            e.Add(Source.Ip, cells[0]);
            e.Add(Source.GeolocationCc, cells[4]);
            e.Add(Source.GeolocationCity, cells[5]);
            // Many addresses have no place.
            if (cells[6].Split(',') is [var latitude, var longitude])
            {
                e.Add(Source.GeolocationLatitude, latitude);
                e.Add(Source.GeolocationLongitude, longitude);
            }

            e.Add(ClassificationType, Types.GetValueOrDefault(type.ToLowerInvariant(), "undetermined"));
            yield return e;
        }
    }
}
