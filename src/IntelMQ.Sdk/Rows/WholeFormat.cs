namespace IntelMQ.Sdk;

/// <summary>The report is one row.</summary>
sealed class WholeFormat : RowFormat<ReadOnlyMemory<byte>>
{
    public override IEnumerable<Row<ReadOnlyMemory<byte>>> Read(ReadOnlyMemory<byte> report)
    {
        yield return new Row<ReadOnlyMemory<byte>>(report, static (row, _) => row.ToArray());
    }
}
