using IntelMQ.Bots.Experts.MaxmindGeoip.DatabaseFormat;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class MmdbDatabaseTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    MmdbDatabase Open(byte[] file)
    {
        File.WriteAllBytes(folder.In("test.mmdb"), file);
        return MmdbDatabase.Open(folder.In("test.mmdb"));
    }

    string Json(MmdbWriter writer, string address = "192.0.2.1")
    {
        using var database = Open(writer.ToBytes());
        return database.Find(address) is { } record ? JsonText.Write(record.Get()) : "nothing";
    }

    [Theory]
    [InlineData(24)]
    [InlineData(28)]
    [InlineData(32)]
    public void Addresses_of_both_versions_are_found_in_a_tree_of_IPv6(int recordSize)
    {
        var writer = new MmdbWriter { RecordSize = recordSize }.Add("192.0.2.0/24", "v4").Add("192.0.3.128/25", "half").Add("2001:db8::/32", "v6").Add("2001:db9::1/128", "one");

        Assert.Equal("\"v4\"", Json(writer, "192.0.2.255"));
        Assert.Equal("\"half\"", Json(writer, "192.0.3.200"));
        Assert.Equal("nothing", Json(writer, "192.0.3.1"));
        Assert.Equal("\"v6\"", Json(writer, "2001:db8:ffff::1"));
        Assert.Equal("\"one\"", Json(writer, "2001:db9::1"));
        Assert.Equal("nothing", Json(writer, "2001:db9::2"));
        Assert.Equal("\"v4\"", Json(writer, "::192.0.2.1"));
    }

    [Fact]
    public void A_database_of_IPv4_knows_no_address_of_IPv6()
    {
        var writer = new MmdbWriter { IpVersion = 4 }.Add("128.0.0.0/1", "half");

        Assert.Equal("\"half\"", Json(writer, "203.0.113.1"));
        Assert.Equal("nothing", Json(writer, "192.0.2.1".Replace("192", "10", StringComparison.Ordinal)));
        Assert.Equal("nothing", Json(writer, "2001:db8::1"));
    }

    [Fact]
    public void A_record_above_all_of_IPv4_is_that_of_each_address()
    {
        Assert.Equal("\"all\"", Json(new MmdbWriter().Add("::/64", "all")));
        Assert.Equal("nothing", Json(new MmdbWriter().Add("8000::/1", "other")));
    }

    [Fact]
    public void All_types_of_values_are_read()
    {
        var record = new Dictionary<string, object>
        {
            ["text"] = "Österreich", ["none"] = "", ["double"] = -1.5, ["float"] = 0.25f, ["u16"] = (ushort)65535, ["u32"] = uint.MaxValue, ["zero"] = (ushort)0,
            ["int"] = -2, ["positive"] = 300, ["u64"] = ulong.MaxValue, ["u128"] = UInt128.MaxValue, ["yes"] = true, ["no"] = false,
            ["list"] = new List<object> { "a", new List<object>(), new Dictionary<string, object> { ["b"] = (ushort)1 } },
        };

        Assert.Equal(
            """{"text": "Österreich", "none": "", "double": -1.5, "float": 0.25, "u16": 65535, "u32": 4294967295, "zero": 0, "int": -2, "positive": 300, "u64": 18446744073709551615, "u128": 340282366920938463463374607431768211455, "yes": true, "no": false, "list": ["a", [], {"b": 1}]}""",
            JsonText.Write(Record(new MmdbWriter().Add("192.0.2.0/24", record)).Get(), ascii: false));
        Assert.Equal("\0\u0001"u8.ToArray(), Record(new MmdbWriter().Add("192.0.2.0/24", new byte[] { 0, 1 })).Get().Bytes);
    }

    MmdbRecord Record(MmdbWriter writer) => Open(writer.ToBytes()).Find("192.0.2.1")!.Value;

    [Theory]
    [InlineData(28)]
    [InlineData(29)]
    [InlineData(284)]
    [InlineData(285)]
    [InlineData(65_820)]
    [InlineData(65_821)]
    [InlineData(100_000)]
    public void Texts_of_all_sizes_are_read_and_gone_over(int size)
    {
        var record = Record(new MmdbWriter().Add("192.0.2.0/24", new Dictionary<string, object> { ["text"] = new string('x', size), ["next"] = "y" }));

        Assert.Equal(size, record.Get("text"u8.ToArray()).Text!.Length);
        Assert.Equal("y", record.Get("next"u8.ToArray()).Text);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2_000, 1)]
    [InlineData(2_100, 2)]
    [InlineData(526_000, 2)]
    [InlineData(527_000, 3)]
    [InlineData(3, 4)]
    public void Pointers_of_all_sizes_lead_to_their_values_be_they_keys_or_below_keys(int bytesBefore, int bytes)
    {
        var writer = new MmdbWriter();
        if (bytesBefore > 0) writer.Write(new MmdbWriter.AsIs(new byte[bytesBefore]));
        var name = writer.Write("name");
        var map = writer.Write(new MmdbWriter.AsIs([0b111_00001, .. PointerTo(name, bytes), 0b010_00001, (byte)'v']));
        writer.Add("192.0.2.0/24", new Dictionary<string, object> { ["first"] = new MmdbWriter.Pointer(map, bytes), ["second"] = new MmdbWriter.Pointer(name, bytes) });

        var record = Record(writer);

        Assert.Equal("""{"first": {"name": "v"}, "second": "name"}""", JsonText.Write(record.Get()));
        Assert.Equal("v", record.Get("first"u8.ToArray(), "name"u8.ToArray()).Text);
        Assert.Equal("name", record.Get("second"u8.ToArray()).Text);
        Assert.True(record.Get("first"u8.ToArray(), "other"u8.ToArray()).IsNone);
        Assert.True(record.Get("second"u8.ToArray(), "other"u8.ToArray()).IsNone);
    }

    static byte[] PointerTo(uint at, int bytes)
    {
        var writer = new MmdbWriter();
        writer.Add("192.0.2.0/24", new MmdbWriter.Pointer(at, bytes));
        var file = writer.ToBytes().AsSpan();
        var end = file.LastIndexOf((ReadOnlySpan<byte>)[0xAB, 0xCD, 0xEF]);
        return file[(end - 1 - bytes)..end].ToArray();
    }

    public static TheoryData<string, object> HostileRecords => new()
    {
        { "points to itself", new MmdbWriter.Pointer(0, 1) },
        { "points beyond the records", new MmdbWriter.Pointer(1_000_000, 4) },
        { "is a text that ends behind the file", new MmdbWriter.AsIs([0b010_11111, 0xFF, 0xFF, 0xFF]) },
        { "is a map with more members than the file has bytes", new MmdbWriter.AsIs([0b111_11111, 0xFF, 0xFF, 0xFF]) },
        { "is a map whose key is a number", new MmdbWriter.AsIs([0b111_00001, 0b101_00001, 1, 0b101_00001, 1]) },
        { "is a map in itself", new MmdbWriter.AsIs([0b111_00001, 0b010_00001, (byte)'a', 0b001_00000, 0]) },
        { "is a list of two of itself", new MmdbWriter.AsIs([2, 4, 0b001_00000, 0, 0b001_00000, 0]) },
        { "is a double of four bytes", new MmdbWriter.AsIs([0b011_00100, 0, 0, 0, 0]) },
        { "is a number of 32 bits in five bytes", new MmdbWriter.AsIs([0b110_00101, 0, 0, 0, 0, 0]) },
        { "has a type that is none", new MmdbWriter.AsIs([0, 200, 0, 0]) },
    };

    [Theory, MemberData(nameof(HostileRecords))]
    public void A_hostile_record_is_refused(string what, object record)
    {
        var found = Record(new MmdbWriter().Add("192.0.2.0/24", record));

        Assert.True(Assert.Throws<InvalidDataException>(() => found.Get()).Message.StartsWith("It is broken at byte", StringComparison.Ordinal), what);
    }

    [Fact]
    public void Small_lists_that_mean_a_large_tree_are_refused()
    {
        var writer = new MmdbWriter();
        var at = writer.Write("x");
        for (var i = 0; i < 40; i++)
        {
            var below = new MmdbWriter.Pointer(at, 1);
            at = writer.Write(new List<object> { below, below });
        }

        Assert.Throws<InvalidDataException>(() => Record(writer.Add("192.0.2.0/24", new MmdbWriter.Pointer(at, 1))).Get());
    }

    [Fact]
    public void A_file_with_any_byte_changed_or_cut_off_anywhere_gives_a_value_or_is_refused()
    {
        var good = new MmdbWriter { IpVersion = 4 }.Add("192.0.2.0/30", new Dictionary<string, object> { ["country"] = new Dictionary<string, object> { ["iso_code"] = "AT" }, ["location"] = 1.5 }).ToBytes();

        for (var i = 0; i < good.Length; i++)
        {
            foreach (var change in (byte[])[0x01, 0x20, 0x80, 0xFF]) Try([.. good[..i], (byte)(good[i] ^ change), .. good[(i + 1)..]]);
            Try(good[..i]);
        }
    }

    void Try(byte[] file)
    {
        try
        {
            using var database = Open(file);
            database.Find("192.0.2.1")?.Get();
        }
        catch (InvalidDataException)
        {
            // Anything else fails the test.
        }
    }

    [Theory]
    [InlineData("binary_format_major_version", 3, "expected 2")]
    [InlineData("ip_version", 5, "4 or 6")]
    [InlineData("record_size", 20, "24, 28 or 32")]
    [InlineData("node_count", 60_000, "larger than the file")]
    public void A_form_that_is_not_supported_is_told(string name, int value, string expected)
    {
        var writer = new MmdbWriter().Add("192.0.2.0/24", "x");
        writer.Metadata[name] = (ushort)value;

        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => Open(writer.ToBytes())).Message, StringComparison.Ordinal);
    }
}
