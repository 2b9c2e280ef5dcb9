namespace IntelMQ.Sdk.Tests;

public sealed class EmbeddedTableTests
{
    [Fact]
    public void A_table_beside_a_class_is_read_out_of_its_assembly()
    {
        var table = EmbeddedTable.Read<EmbeddedTableTests>("types.table.json");
        Assert.Equal("phishing", table.Texts("types")["phish"]);
        Assert.Equal("192.0.2.0/24", Assert.Single(table.Items("networks")).Value.Text);
    }

    [Fact]
    public void A_table_that_is_missing_says_where_it_must_lie() =>
        Assert.Contains("folder of EmbeddedTableTests", Assert.Throws<InvalidOperationException>(() => EmbeddedTable.Read<EmbeddedTableTests>("other.table.json")).Message, StringComparison.Ordinal);
}
