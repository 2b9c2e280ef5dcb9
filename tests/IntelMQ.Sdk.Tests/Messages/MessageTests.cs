using System.Buffers;
using System.Text;

namespace IntelMQ.Sdk.Tests.Messages;

public sealed class MessageTests
{
    static Event NewEvent() => new(DataFormat.Shipped);

    [Fact]
    public void A_value_is_sanitized_when_it_is_added()
    {
        var message = NewEvent();

        message.Add(Fields.Source.Ip, "192.0.2.1/32");
        message.Add(Fields.Source.Asn, "AS64496");
        message.Add(Fields.ClassificationType, "botnet drone");

        Assert.Equal("""{"source.ip": "192.0.2.1", "source.asn": 64496, "classification.type": "infected-system", "__type": "Event"}""", message.ToString());
    }

    [Fact]
    public void Adding_to_a_field_with_a_value_fails_and_setting_replaces()
    {
        var message = NewEvent();
        message.Add(Fields.Comment, "a");

        Assert.Equal("key 'comment' already exists", Assert.Throws<KeyExistsException>(() => message.Add(Fields.Comment, "b")).Message);
        Assert.Equal(AddResult.Exists, message.TryAdd(Fields.Comment, "b"));
        message.Set(Fields.Comment, "b");
        Assert.Equal("b", message.Get(Fields.Comment).Text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("N/A")]
    public void Nothing_in_its_four_spellings_is_not_added_and_removes_when_set(string? nothing)
    {
        var message = NewEvent();
        message.Add(Fields.Comment, nothing);
        Assert.False(message.Has(Fields.Comment));

        message.Add(Fields.Comment, "a");
        message.Set(Fields.Comment, nothing);
        Assert.False(message.Has(Fields.Comment));
    }

    [Fact]
    public void An_invalid_value_is_told_with_field_value_type_and_reason()
    {
        var message = NewEvent();

        Assert.Equal(
            "invalid value 123456 (<class 'int'>) for key 'source.port': too long: 6 > 5.",
            Assert.Throws<InvalidValueException>(() => message.Add(Fields.Source.Port, 123456)).Message);
        Assert.Equal(AddResult.Invalid, message.TryAdd(Fields.Source.Ip, "192.0.2.300"));
        Assert.Equal(0, message.Count);
    }

    [Fact]
    public void Only_a_field_with_a_value_can_be_changed()
    {
        var message = NewEvent();
        Assert.Throws<KeyNotExistsException>(() => message.Change(Fields.Comment, "a"));
        message.Add(Fields.Comment, "a");

        message.Change(Fields.Comment, "b");

        Assert.Equal("b", message.Get(Fields.Comment).Text);
    }

    [Fact]
    public void An_update_keeps_what_is_valid_sanitizes_the_rest_and_removes_what_is_empty()
    {
        var message = NewEvent();
        message.Add(Fields.Comment, "a");

        message.Update(new Dictionary<string, object?> { ["source.port"] = "80", ["feed.accuracy"] = 100L, ["comment"] = "" });

        Assert.Equal("""{"source.port": 80, "feed.accuracy": 100, "__type": "Event"}""", message.ToString());
    }

    [Fact]
    public void The_members_of_extra_are_fields_of_their_own_and_one_map_together()
    {
        var message = NewEvent();
        message.Add(Fields.Extra, "{\"b\": {\"c\": 1}, \"a\": true}");

        Assert.Equal(["extra.b", "extra.a"], message.Items.Select(pair => pair.Key.Name));
        Assert.Equal("{\"b\": {\"c\": 1}, \"a\": true}", message.Get(Fields.Extra).ToString());
        Assert.Throws<KeyExistsException>(() => message.Add(Fields.Extra, "{\"d\": 1}"));

        message.Set(Fields.Extra, "{\"d\": 1}");
        Assert.Equal(["extra.d"], message.FindItems("extra.").Select(pair => pair.Key.Name));
        Assert.True(message.Remove(Fields.Extra));
        Assert.Equal(0, message.Count);
    }

    [Fact]
    public void A_clone_changes_without_its_original()
    {
        var message = NewEvent();
        message.Add(Fields.Comment, "a");

        var clone = message.Clone();
        clone.Set(Fields.Comment, "b");
        clone.Add(Fields.Status, "online");

        Assert.Equal("""{"comment": "a", "__type": "Event"}""", message.ToString());
        Assert.Equal("""{"comment": "b", "status": "online", "__type": "Event"}""", clone.ToString());
    }

    [Fact]
    public void Both_forms_of_any_event_read_back_as_the_same_event()
    {
        var values = new RandomValues(7);
        for (var i = 0; i < 2_000; i++)
        {
            var message = RandomEvent(values);
            var json = message.ToString();

            var fromBytes = (Event)BinaryForm.Read(Encode(message), DataFormat.Shipped);
            Assert.Equal(json, fromBytes.ToString());
            Assert.Equal(message.ToJson(), fromBytes.ToJson());
            Assert.Equal(MessageHash.OfAll.ComputeText(message), MessageHash.OfAll.ComputeText(fromBytes));
            Assert.Equal(json, JsonForm.Read(Encoding.UTF8.GetBytes(json), DataFormat.Shipped).ToString());
        }
    }

    [Fact]
    public void A_change_of_a_decoded_event_is_in_its_next_form()
    {
        var values = new RandomValues(8);
        for (var i = 0; i < 500; i++)
        {
            var message = RandomEvent(values);
            var decoded = (Event)BinaryForm.Read(Encode(message), DataFormat.Shipped);
            foreach (var target in new[] { message, decoded })
            {
                target.Set(Fields.Comment, "changed");
                target.Remove(Fields.Source.Ip);
                target.TryAdd(Fields.Status, "new");
            }

            Assert.Equal(message.ToString(), BinaryForm.Read(Encode(decoded), DataFormat.Shipped).ToString());
        }
    }

    [Fact]
    public void Bytes_that_are_no_message_are_refused_and_never_harm()
    {
        var random = new Random(9);
        var whole = Encode(RandomEvent(new RandomValues(10))).ToArray();
        for (var i = 0; i < 5_000; i++)
        {
            var broken = whole[..random.Next(whole.Length + 1)];
            if (broken.Length > 1) broken[random.Next(1, broken.Length)] = (byte)random.Next(256);
            try
            {
                _ = BinaryForm.Read(broken, DataFormat.Shipped).ToString();
            }
            catch (InvalidMessageException)
            {
                continue;
            }
        }
    }

    [Fact]
    public void A_message_with_a_hundred_thousand_fields_takes_no_more_than_linear_time()
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var json = new StringBuilder("{");
        for (var i = 0; i < 100_000; i++) json.Append(System.Globalization.CultureInfo.InvariantCulture, $"\"extra.k{i}\": {i}, ");
        json.Append("\"__type\": \"Event\"}");

        var message = JsonForm.Read(Encoding.UTF8.GetBytes(json.ToString()), DataFormat.Shipped);
        var members = message.Get(Fields.Extra);
        message.Set(Fields.Extra, members);
        message.Remove(Fields.Extra);

        Assert.Equal(100_000, members.Map!.Count);
        Assert.Equal(0, message.Count);
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void Many_fields_are_found_replaced_removed_and_sorted_as_few_are()
    {
        var message = NewEvent();
        for (var i = 199; i >= 0; i--) message.Add(Fields.ExtraField($"k{i:000}"), i);
        message.Add(Fields.Tlp, "red");
        message.Add(Fields.Comment, "a");
        message.Set(Fields.ExtraField("k100"), "new");
        message.Remove(Fields.ExtraField("k199"));

        Assert.False(message.Has(Fields.ExtraField("k199")));
        Assert.Equal("new", message.Get("extra.k100").Text);
        Assert.Equal(AddResult.Exists, message.TryAdd(Fields.ExtraField("k000"), 1));
        var names = System.Text.Json.JsonDocument.Parse(message.ToJson()).RootElement.EnumerateObject().Select(member => member.Name).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(201, names.Count);
    }

    [Fact]
    public void Fields_are_ordered_by_their_names_whatever_their_numbers()
    {
        var values = new RandomValues(12);
        var fields = DataFormat.Shipped.Event.All.Select(rule => rule.Field).Concat(Enumerable.Range(0, 500).Select(_ => Field.Named(values.Text()))).ToList();

        foreach (var a in fields)
            foreach (var b in fields.Where(b => a.Rank != b.Rank))
                Assert.Equal(CodePointOrder.Comparer.Compare(a.Name, b.Name) < 0, a.Rank < b.Rank);
    }

    static ReadOnlyMemory<byte> Encode(Message message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        BinaryForm.Write(buffer, message);
        return buffer.WrittenMemory;
    }

    static Event RandomEvent(RandomValues values)
    {
        var message = NewEvent();
        // Through the whole of extra names get in that no message with them can be read.
        var fields = DataFormat.Shipped.Event.All.Where(rule => !rule.IsContainer).Select(rule => rule.Field).ToList();
        for (var i = values.Next(12); i >= 0; i--)
        {
            message.TrySet(fields[values.Next(fields.Count)], values.Value());
            message.TrySet(Fields.ExtraField("k" + values.Next(5)), FieldValue.From(values.Member(2)));
        }

        // What sanitizing turns into one of the spellings of nothing can be stored, but is left out when it is read.
        foreach (var (field, value) in message.Items.ToList())
            if (Message.IsIgnored(value))
                message.Remove(field);

        return message;
    }

    [Fact]
    public void The_JSON_for_other_systems_is_sorted_and_keeps_all_characters()
    {
        var message = NewEvent();
        message.Add(Fields.FeedName, "Ä\nB");
        message.Add(Fields.Source.Asn, 5);
        message.Add(Fields.Source.GeolocationLatitude, 1.0);
        message.Add(Fields.ExtraField("b"), true);
        message.Add(Fields.Raw, "x");

        Assert.Equal("""{"extra.b": true, "feed.name": "Ä\nB", "raw": "eA==", "source.asn": 5, "source.geolocation.latitude": 1.0}""", message.ToJson());
        Assert.Equal(
            """{"__type": "Event", "extra": {"b": true}, "feed": {"name": "Ä\nB"}, "source": {"asn": 5, "geolocation": {"latitude": 1.0}}}""",
            message.ToJson(new MessageJsonOptions { Hierarchical = true, WithType = true, WithoutRaw = true }));
        Assert.StartsWith("""{"__type": "Event", "extra.b": true, """, message.ToJson(new MessageJsonOptions { WithType = true }));
    }

    [Fact]
    public void Writing_the_JSON_of_an_event_costs_no_memory()
    {
        var message = NewEvent();
        message.Add(Fields.FeedName, "Ä");
        message.Add(Fields.Source.Ip, "192.0.2.1");
        message.Add(Fields.Source.GeolocationLatitude, 48.2);
        message.Add(Fields.ExtraField("b"), true);
        var decoded = (Event)BinaryForm.Read(Encode(message), DataFormat.Shipped);
        var buffer = new ArrayBufferWriter<byte>(10_000);
        Assert.Equal(0, Allocations.Least(() =>
        {
            buffer.ResetWrittenCount();
            message.WriteJson(buffer);
            decoded.WriteJson(buffer);
        }));
    }

    [Fact]
    public void A_report_from_an_event_has_the_fields_that_reports_have()
    {
        var message = NewEvent();
        message.Add(Fields.FeedName, "x");
        message.Add(Fields.Source.Ip, "192.0.2.1");
        message.Add(Fields.ExtraField("a"), 1);

        Assert.Equal("""{"feed.name": "x", "extra.a": 1, "__type": "Report"}""", Report.FromEvent(message).ToString());
    }

    [Theory]
    [InlineData("", "The message is no JSON")]
    [InlineData("[]", "The message is no JSON object.")]
    [InlineData("{}", "'__type' is missing")]
    [InlineData("""{"__type": "event"}""", "Argument '__type' is invalid. Should be of type: ('Event', 'Message', 'Report'). Got 'event'.")]
    [InlineData("""{"__type": "Event", "foo": 1}""", "invalid key 'foo' This key is not allowed by the harmonization configuration")]
    [InlineData("""{"__type": "Event", "source.ip": "x"}""", "invalid value 'x' (<class 'str'>) for key 'source.ip'")]
    [InlineData("""{"__type": "Event", "raw": "foo bar"}""", "invalid value 'foo bar' (<class 'str'>) for key 'raw'")]
    [InlineData("""{"__type": "Event", "extra.a": 1, "extra": {"b": 2}}""", "key 'extra' already exists")]
    public void Text_that_is_no_message_is_refused_with_a_reason(string json, string expected)
    {
        var error = Assert.ThrowsAny<InvalidMessageException>(() => JsonForm.Read(Encoding.UTF8.GetBytes(json), DataFormat.Shipped));

        Assert.StartsWith(expected, error.Message.Replace("The message does not say what it is: ", ""));
    }
}
