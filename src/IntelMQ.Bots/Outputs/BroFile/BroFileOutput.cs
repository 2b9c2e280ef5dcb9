using System.Buffers;
using System.Globalization;
using System.Text;

namespace IntelMQ.Bots.Outputs.BroFile;

/// <summary>Writes a file of indicators for the intelligence framework of Zeek (once Bro).</summary>
[Bot("intelmq.bots.outputs.bro_file.output", SingleInstance = true)]
public sealed class BroFileOutput : Output
{
    static readonly Field Tags = Field.Named("extra.tags");
    static readonly Field Organization = Field.Named("extra.orgc");
    static readonly JsonRow Table = EmbeddedTable.Read<BroFileOutput>("bro.table.json");
    static readonly (Field Field, string Type)[] Indicators = [.. Table.Texts("indicators").Select(static pair => (Field.Named(pair.Key), pair.Value))];

    readonly LineFiles _files;

    /// <summary>An output with these options.</summary>
    /// <exception cref="ConfigurationException">The format of the file's name has an error.</exception>
    public BroFileOutput(BroFileOutputOptions options) =>
        _files = new LineFiles(new LineFilesOptions { File = options.File, IsFormat = options.FormatFilename, Header = Encoding.UTF8.GetBytes(Table["header"].ToString()), EndsLines = false });

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _files.Start();
        return default;
    }

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken) =>
        Indicators.Any(indicator => message.Has(indicator.Field)) ? _files.AppendAsync(message, Write, cancellationToken) : default;

    /// <exception cref="InvalidMessageException">A field that each line needs is missing.</exception>
    static void Write(IBufferWriter<byte> to, Message message)
    {
        if (!message.TryGet(Fields.FeedAccuracy, out var accuracy)) throw new InvalidMessageException("The message has no feed.accuracy, which each line of the file needs.");
        var description = Description(message);
        var source = message.Has(Organization) ? message.Get(Organization) : message.Get(Fields.FeedProvider);
        foreach (var (field, type) in Indicators)
        {
            if (!message.Has(field)) continue;
            string[] cells = [message.Get(field).ToString(), type, description, ((long)accuracy).ToString(CultureInfo.InvariantCulture), source.IsNone ? "" : source.ToString()];
            to.Write(Encoding.UTF8.GetBytes(string.Join('\t', cells.Select(Cell)) + "\n"));
        }
    }

    static string Description(Message message)
    {
        var tags = message.Get(Tags);
        if (tags.List?.Contains("apt") ?? tags.Text?.Contains("apt", StringComparison.Ordinal) ?? false) return "apt";
        return message.TryGet(Fields.ClassificationType, out var type) ? type : throw new InvalidMessageException("The message has no classification.type, which each line of the file needs.");
    }

    // Neither can be escaped in such a file, and both would make other lines of it.
    static string Cell(string text) => text.Replace('\t', ' ').Replace('\n', ' ');

    /// <inheritdoc />
    protected override ValueTask FlushAsync(CancellationToken cancellationToken) => _files.FlushAsync(cancellationToken);
}

/// <summary>Parameters of <see cref="BroFileOutput"/>.</summary>
public sealed record BroFileOutputOptions : ExportOptions, ICheckable
{
    /// <summary>Path of the file, or a format text that makes one, see <c>format_filename</c>.</summary>
    public string File { get; init; } = "/opt/intelmq/var/lib/bots/file-output/bro";

    /// <summary>Takes <c>file</c> for a format text, such as <c>/intel/{event[feed.name]}.dat</c>.</summary>
    public bool FormatFilename { get; init; }

    /// <summary>Accepted for the sake of existing configurations; the file is UTF-8.</summary>
    public string EncodingErrorsMode { get; init; } = "strict";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() => LineFiles.Check(File, FormatFilename);
}
