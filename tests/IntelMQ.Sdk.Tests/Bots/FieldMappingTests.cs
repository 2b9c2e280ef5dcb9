namespace IntelMQ.Sdk.Tests;

public sealed class FieldMappingTests
{
    [Theory]
    [InlineData("192.0.2.1", "source.ip")]
    [InlineData("example.com", "source.fqdn")]
    public void A_value_goes_to_the_first_field_for_which_it_is_valid(string value, string field)
    {
        var e = new Event(DataFormat.Shipped);
        Assert.True(e.AddToFirst(value, Fields.Source.Ip, Fields.Source.Fqdn));
        Assert.Equal(field, Assert.Single(e.Items).Key.Name);
    }

    [Fact]
    public void A_value_that_counts_as_nothing_adds_nothing_and_one_that_fits_nowhere_is_told()
    {
        var e = new Event(DataFormat.Shipped);
        Assert.True(e.AddToFirst("-", Fields.Source.Ip, Fields.Source.Fqdn));
        Assert.False(e.AddToFirst("http://x/", Fields.Source.Ip, Fields.Source.Fqdn));
        Assert.Equal(0, e.Count);
    }

    [Fact]
    public void A_second_value_for_a_field_is_an_error()
    {
        var e = new Event(DataFormat.Shipped);
        e.Add(Fields.Source.Ip, "192.0.2.1");
        Assert.Throws<KeyExistsException>(() => e.AddToFirst("192.0.2.2", Fields.Source.Ip, Fields.Source.Fqdn));
    }

    [Theory]
    [InlineData(null, "AT", false, "AT", true)]
    [InlineData("DE", "AT", false, "DE", false)]
    [InlineData("DE", "AT", true, "AT", true)]
    [InlineData("DE", null, true, null, true)]
    [InlineData("DE", null, false, "DE", false)]
    [InlineData(null, null, true, null, false)]
    public void Overwrite_decides_whether_a_value_that_is_there_is_replaced(string? before, string? value, bool overwrite, string? after, bool changed)
    {
        var e = new Event(DataFormat.Shipped);
        e.Add(Fields.Source.GeolocationCc, before);
        Assert.Equal(changed, e.Enrich(Fields.Source.GeolocationCc, value, overwrite));
        Assert.Equal(after, e.Get(Fields.Source.GeolocationCc).Text);
    }
}
