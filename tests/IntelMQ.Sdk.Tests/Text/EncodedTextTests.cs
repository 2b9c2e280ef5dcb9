namespace IntelMQ.Sdk.Tests;

public sealed class EncodedTextTests
{
    [Theory]
    [InlineData("80616263", "latin-1", "\u0080abc")]
    [InlineData("80616263", "cp1252", "€abc")]
    [InlineData("C3A9", "ascii,utf-8", "é")]
    [InlineData("FEFF0061", "utf-16", "a")]
    [InlineData("6100", "utf-16", "a")]
    [InlineData("A4", "iso-8859-15", "€")]
    [InlineData("E9", "no-such-encoding,latin1", "é")]
    public void Bytes_are_a_text_in_the_first_encoding_that_fits(string hex, string encodings, string text) =>
        Assert.Equal(text, EncodedText.Decode(Convert.FromHexString(hex), encodings.Split(',')));

    [Theory]
    [InlineData("E9", "utf-8", "")]
    [InlineData("8161", "cp1252", "a")]
    [InlineData("61E9", "ascii,utf-8", "a")]
    public void Bytes_without_a_meaning_are_refused_or_left_out_by_force(string hex, string encodings, string text)
    {
        Assert.Throws<FormatException>(() => EncodedText.Decode(Convert.FromHexString(hex), encodings.Split(',')));
        Assert.Equal(text, EncodedText.Decode(Convert.FromHexString(hex), encodings.Split(','), force: true));
    }

    [Theory]
    [InlineData("é", "ascii,latin-1", "E9")]
    [InlineData("€", "cp1252", "80")]
    public void A_text_is_written_in_the_first_encoding_that_has_it(string text, string encodings, string hex) =>
        Assert.Equal(hex, Convert.ToHexString(EncodedText.Encode(text, encodings.Split(','))));

    [Fact]
    public void A_character_that_an_encoding_lacks_is_refused_or_left_out_by_force()
    {
        Assert.Throws<FormatException>(() => EncodedText.Encode("a日", ["latin-1"]));
        Assert.Equal("61", Convert.ToHexString(EncodedText.Encode("a日", ["latin-1"], force: true)));
    }
}
