using System.Text;

namespace IntelMQ.Sdk.Tests;

public sealed class ParserTests
{
    /// <summary>Reads either form by what the report begins with, as feeds that changed their form demand.</summary>
    sealed class TwoFormsParser : Parser<JsonRow>
    {
        RowFormat<JsonRow> _format = RowFormat.JsonArray();
        int _rows;

        protected override RowFormat<JsonRow> Format => _format;

        protected override void BeginReport(Report report)
        {
            _rows = 0;
            _format = report.RawText[0] switch
            {
                '[' => RowFormat.JsonArray(),
                '{' => RowFormat.JsonLines(),
                _ => throw new InvalidMessageException("Expected a list or lines of JSON."),
            };
        }

        protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
        {
            var e = report.NewEvent();
            e.Add(Field.Named("extra.number"), ++_rows);
            if (!e.AddToFirst(row.Get("host"), Fields.Source.Ip, Fields.Source.Fqdn)) throw new InvalidMessageException($"'{row.Get("host")}' is neither an address nor a name.");
            yield return e;
        }
    }

    sealed class Emitted : IRowEmitter
    {
        public List<Event> Events { get; } = [];

        public List<string> Failed { get; } = [];

        public ValueTask SendAsync(Event e, CancellationToken cancellationToken)
        {
            Events.Add(e);
            return default;
        }

        public ValueTask FailAsync(ReadOnlyMemory<byte> raw, Exception error, CancellationToken cancellationToken)
        {
            Failed.Add(Encoding.UTF8.GetString(raw.Span));
            return default;
        }
    }

    static async Task<Emitted> ParseAsync(Parser parser, params string[] reports)
    {
        var emitted = new Emitted();
        foreach (var raw in reports)
        {
            var report = new Report(DataFormat.Shipped);
            report.Add(Fields.Raw, Encoding.UTF8.GetBytes(raw));
            await parser.ParseAsync(report, emitted, TestContext.Current.CancellationToken);
        }

        return emitted;
    }

    [Fact]
    public async Task The_form_of_a_report_is_chosen_when_it_begins_and_nothing_is_left_of_the_one_before()
    {
        var emitted = await ParseAsync(new TwoFormsParser(), """[{"host": "192.0.2.1"}, {"host": "example.com"}]""", """{"host": "192.0.2.2"}""");
        Assert.Equal([1L, 2L, 1L], emitted.Events.Select(e => e.Get("extra.number").ToObject()));
        Assert.Equal("example.com", emitted.Events[1].Get(Fields.Source.Fqdn).Text);
    }

    [Fact]
    public async Task A_row_whose_value_fits_no_field_fails_alone_and_is_dumped_as_a_report_with_that_row()
    {
        var emitted = await ParseAsync(new TwoFormsParser(), """[{"host": "192.0.2.1"}, {"host": "http://x/"}]""");
        Assert.Single(emitted.Events);
        Assert.Equal(["""[{"host": "http://x/"}]"""], emitted.Failed);
    }

    [Fact]
    public async Task A_report_that_is_refused_when_it_begins_fails_as_a_whole() =>
        await Assert.ThrowsAsync<InvalidMessageException>(() => ParseAsync(new TwoFormsParser(), "text"));
}
