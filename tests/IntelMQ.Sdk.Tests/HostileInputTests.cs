using System.Text;

namespace IntelMQ.Sdk.Tests;

/// <summary>A million characters made to be slow, for everything that reads what strangers write.</summary>
public sealed class HostileInputTests
{
    const int Size = 1_000_000;

    static readonly string[] PiecesForTypes =
    [
        "1", "a.", "-", ":", "[", "{\"a\":", "%", "1 ", "Jan-", "\u0301", "Σ'", "ä", "\u1100", "=", "_1", " ", "/", "hxxp://", "10 h ", "xn--a.",
    ];

    static readonly string[] Pieces = ["1", "a.", "[", "{\"a\":", "ä", " ", "\ud800", "\n", "\"", "\\", ",", "2015-08-31 "];

    static readonly TimeFormat Dates = TimeFormat.FromFormat("%Y-%m-%d %H:%M:%S.%f %z");
    static readonly TimeFormat DatesWithBlanks = TimeFormat.FromFormat(" %d %b %Y  %I %p %Z %j %% %a %U ");
    static readonly TimeFormat Midnights = TimeFormat.FromFormatMidnight("%d/%m/%y %A");
    static readonly System.Text.RegularExpressions.Regex Nested = PythonRegex.Compile("^(([a0-9.:]+)+)+$");
    static readonly System.Text.RegularExpressions.Regex Overlapping = PythonRegex.Compile(@"(1|11|\d|a|a\.|.)*$x");

    static readonly Dictionary<string, Action<string>> Readers = new()
    {
        ["fuzzy"] = static text => TimeFormat.Fuzzy.TryConvert(text, out _),
        ["timestamp"] = static text => TimeFormat.Timestamp.TryConvert(text, out _),
        ["epoch_millis"] = static text => TimeFormat.EpochMillis.TryConvert(text, out _),
        ["windows_nt"] = static text => TimeFormat.WindowsNt.TryConvert(text, out _),
        ["utc_isoformat"] = static text => TimeFormat.UtcIsoFormat.TryConvert(text, out _),
        ["from_format"] = static text => Dates.TryConvert(text, out _),
        ["from_format with blanks"] = static text => DatesWithBlanks.TryConvert(text, out _),
        ["from_format_midnight"] = static text => Midnights.TryConvert(text, out _),
        ["relative time"] = static text => RelativeTime.TryParse(text, out _),
        ["template"] = static text => Harmless(() => TextTemplate.Parse(text)),
        ["JSON"] = static text => JsonText.TryParse(text, out _),
        ["Base64"] = static text => Base64Text.TryDecode(text, out _),
        ["domain of a URL"] = static text => UrlText.ToDomainName(text),
        ["reverse address"] = static text => IpText.ToReverse(text),
        ["repr"] = static text => PythonText.Repr(text),
        ["nested repetition"] = static text => Nested.IsMatch(text),
        ["alternatives that overlap"] = static text => Overlapping.IsMatch(text),
        ["lines"] = static text => Count(RowFormat.Lines(new() { CommentPrefixes = ["#"] }), text),
        ["CSV"] = static text => Count(RowFormat.Csv(), text),
        ["JSON lines"] = static text => Count(RowFormat.JsonLines(), text),
        ["JSON list"] = static text => Count(RowFormat.JsonArray(), text),
        ["a message"] = static text => Harmless(() => JsonForm.Read(Encoding.UTF8.GetBytes(text), DataFormat.Shipped, "Event")),
        ["a message with the text"] = Pass,
    };

    public static TheoryData<string, string> Types => Each(DataType.All.Select(static type => type.Name), PiecesForTypes);

    public static TheoryData<string, string> Texts => Each(Readers.Keys, Pieces);

    static TheoryData<string, string> Each(IEnumerable<string> names, string[] pieces)
    {
        var data = new TheoryData<string, string>();
        foreach (var name in names)
            foreach (var piece in pieces)
                data.Add(name, piece);
        return data;
    }

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Types))]
    public void A_type_takes_no_more_than_linear_time_and_does_not_throw(string name, string piece)
    {
        var type = DataType.Named(name)!;

        LinearTime.Demand($"{name} of '{piece}'", Size, size => Repeated(piece, size), text =>
        {
            type.IsValid(text);
            if (type.TrySanitize(text, out var sanitized)) type.IsValid(sanitized);
        });
    }

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Texts))]
    public void What_reads_a_text_takes_no_more_than_linear_time_and_throws_but_what_it_says(string reader, string piece) =>
        LinearTime.Demand($"{reader} of '{piece}'", Size, size => Repeated(piece, size), Readers[reader]);

    [Theory]
    [InlineData("{\"extra\": ", "[", "")]
    [InlineData("{\"extra.a\": ", "{\"b\": ", "")]
    [InlineData("{", "\"comment\": \"x\", ", "\"__type\": \"Event\"}")]
    [InlineData("{\"extra.a\": [", "1e999999, ", "1]}")]
    [InlineData("{\"extra.a\": \"", "\\ud83d", "\"}")]
    [InlineData("{\"extra.a\": [", "NaN, ", "1]}")]
    public void A_message_of_a_million_characters_takes_no_more_than_linear_time(string start, string piece, string end) =>
        LinearTime.Demand($"{start}{piece}…", Size, size => start + Repeated(piece, size) + end, Readers["a message"]);

    [Theory]
    [InlineData("feed.name")]
    [InlineData("source.fqdn")]
    [InlineData("protocol.transport")]
    [InlineData("malware.hash.md5")]
    [InlineData("misp.event_uuid")]
    [InlineData("source.geolocation.cc")]
    public void The_options_of_a_field_take_no_more_than_linear_time(string field)
    {
        foreach (var piece in Pieces)
        {
            LinearTime.Demand($"{field} of '{piece}'", Size, size => Repeated(piece, size), text =>
            {
                var message = new Event(DataFormat.Shipped);
                message.TryAdd(Field.Named(field), text);
            });
        }
    }

    static string Repeated(string piece, int size) => string.Concat(Enumerable.Repeat(piece, size / piece.Length));

    // An event that carries the text through all its forms.
    static void Pass(string text)
    {
        var message = new Event(DataFormat.Shipped);
        message.TryAdd(Fields.Comment, text);
        message.TryAdd(Field.Named("extra.text"), text);
        message.TryAdd(Fields.Raw, text);
        var read = JsonForm.Read(JsonForm.Write(message), DataFormat.Shipped);
        Assert.Equal(MessageHash.OfAll.ComputeText(message), MessageHash.OfAll.ComputeText(read));
        read.ToJson(new() { Hierarchical = true });
    }

    static void Count<T>(RowFormat<T> format, string text) =>
        Harmless(() =>
        {
            var rows = 0;
            foreach (var row in format.Read(Encoding.UTF8.GetBytes(text)))
                // To write each row back is the host's work, and what a row costs has its own test.
                if (row.Error is not null && rows++ < 3)
                    row.RecoverFailed();
        });

    // What the documentation of the readers says they throw.
    static void Harmless(Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is FormatException or InvalidMessageException or InvalidDataException)
        {
            Assert.NotEmpty(e.Message);
        }
    }
}
