using System.Text;

namespace IntelMQ.Sdk.Tests.Messages;

public sealed class ValueBytesTests
{
    const string Alphabet = "abzAFTZ0189.-:/+ _@?#[]%|é\n\t";

    static readonly string[] Usual =
    [
        "192.0.2.1", "0.0.0.0", "2001:db8::1", "2001:DB8::1", "::", "www.example.com", "example.com.", "http://example.com/a?b#c", "hxxp://example.com", "https://",
        "2015-08-31T08:16:10+00:00", "2015-08-31 08:16:10", "2015-02-31T08:16:10+00:00", "64496", "AS64496", "0", "4294967296", "tcp", "TCP", "ipv6-icmp",
        "AT", "at", "Wien", "São Paulo", "phishing", "c2-server", "-", "N/A", "", "true", "100", "99.5", "{\"a\": 1}", "192.0.2.0/24", "red", "ripencc", "Zm9v",
        "0123456789abcdef", "550e8400-e29b-41d4-a716-446655440000", "xn--bcher-kva.example", "1.2.3.4a", "http://[::1]/",
    ];

    static FieldValue FromBytes(string text)
    {
        var bytes = Encoding.UTF8.GetBytes("x" + text + "x");
        return new ValueBytes(bytes).Text(1, bytes.Length - 2);
    }

    static string Mutated(Random random)
    {
        var text = new StringBuilder(Usual[random.Next(Usual.Length)]);
        for (var changes = random.Next(3); changes > 0; changes--)
        {
            var c = Alphabet[random.Next(Alphabet.Length)];
            var at = random.Next(text.Length + 1);
            if (at < text.Length && random.Next(2) == 0) text[at] = c;
            else text.Insert(at, c);
        }

        return text.ToString();
    }

    [Fact]
    public void A_text_out_of_bytes_is_sanitized_and_judged_like_the_same_text()
    {
        var random = new Random(1);
        var fields = DataFormat.Shipped.Event.All.Select(rule => rule.Field).Append(Field.Named("extra.tag")).ToList();
        foreach (var field in fields)
        {
            for (var i = 0; i < 1_000; i++)
            {
                var text = Mutated(random);
                var (plain, sliced) = (new Event(DataFormat.Shipped), new Event(DataFormat.Shipped));

                Assert.Equal((plain.TryAdd(field, text), field, text), (sliced.TryAdd(field, FromBytes(text)), field, text));
                Assert.Equal(BytesOf(plain), BytesOf(sliced));
                Assert.Equal(plain.ToString(), sliced.ToString());
                Assert.Equal(MessageHash.OfAll.ComputeText(plain), MessageHash.OfAll.ComputeText(sliced));
                Assert.Equal(plain.Get(field), sliced.Get(field));
            }
        }
    }

    static byte[] BytesOf(Message message)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        BinaryForm.Write(buffer, message);
        return buffer.WrittenSpan.ToArray();
    }

    [Fact]
    public void A_value_adopted_from_bytes_is_the_one_adopted_from_text()
    {
        var random = new Random(2);
        foreach (var rule in DataFormat.Shipped.Event.All.Where(rule => !rule.IsContainer))
        {
            for (var i = 0; i < 300; i++)
            {
                var text = Mutated(random);

                Assert.Equal(Adopted(rule.Field, text), Adopted(rule.Field, FromBytes(text)));
            }
        }
    }

    static string Adopted(Field field, FieldValue value)
    {
        var e = new Event(DataFormat.Shipped);
        try
        {
            e.Adopt(field, value);
            return e.ToString();
        }
        catch (InvalidValueException refused)
        {
            return refused.Message;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("São Paulo 💩")]
    public void A_text_out_of_bytes_equals_the_same_text(string text)
    {
        FieldValue plain = text;
        var sliced = FromBytes(text);

        Assert.Equal(ValueKind.Text, sliced.Kind);
        Assert.Equal(plain, sliced);
        Assert.Equal(plain.GetHashCode(), sliced.GetHashCode());
        Assert.Equal(text, sliced.Text);
        Assert.Equal(text, sliced.ToObject());
        Assert.Equal(text, sliced.ToString());
        Assert.Equal(text.Length == 0, sliced.IsFalsy);
        Assert.True(sliced.TryGetUtf8(out var utf8));
        Assert.Equal(Encoding.UTF8.GetBytes(text), utf8.ToArray());
    }

    [Fact]
    public void Raw_data_has_the_pieces_around_it()
    {
        var raw = new ValueBytes("a,b\n1,2\n3,4"u8.ToArray(), "a,b\r\n"u8.ToArray(), "\r\n"u8.ToArray()).Raw(4, 3);
        var e = new Event(DataFormat.Shipped);
        e.Add(Fields.Raw, raw);

        Assert.Equal("a,b\r\n1,2\r\n"u8.ToArray(), raw.Bytes);
        Assert.Equal(raw, e.Get(Fields.Raw));
        Assert.Equal("a,b\r\n1,2\r\n"u8.ToArray(), BinaryForm.Read(BytesOf(e), DataFormat.Shipped).Get(Fields.Raw).Bytes);
        Assert.Contains(Convert.ToBase64String("a,b\r\n1,2\r\n"u8), e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_no_text()
    {
        var bytes = new ValueBytes([0x61, 0xff, 0x61]);

        Assert.Throws<ArgumentException>(() => bytes.Text(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => bytes.Text(2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => bytes.Raw(2, 2));
    }

    [Fact]
    public void Raw_of_a_report_is_read_where_it_lies_in_the_message()
    {
        var report = new Report(DataFormat.Shipped);
        report.Add(Fields.FeedName, "a feed");
        report.Add(Fields.Raw, "1,2\n"u8.ToArray());

        var read = (Report)BinaryForm.Read(BytesOf(report), DataFormat.Shipped);

        Assert.Equal("1,2\n"u8.ToArray(), read.RawBytes.ToArray());
        Assert.Equal("1,2\n"u8.ToArray(), read.Get(Fields.Raw).Bytes);
        Assert.Equal("1,2\n"u8.ToArray(), read.RawBytes.ToArray());
    }
}
