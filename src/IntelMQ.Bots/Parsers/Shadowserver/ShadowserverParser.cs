using System.Text;
using System.Text.RegularExpressions;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Shadowserver;

/// <summary>Parses the reports of the Shadowserver Foundation: CSV files, about whose columns a schema tells that Shadowserver publishes.</summary>
/// <remarks>
/// Which kind a report is, the name of its file says (<c>extra.file_name</c>). The schema is <c>shadowserver-schema.json</c> in the
/// directory of the states of all bots; <c>intelmqctl update-database</c> downloads it, and with <c>auto_update</c> the bot does when it
/// starts. What the schema does not name becomes <c>extra.*</c> under the name of its column.
/// </remarks>
[Bot("intelmq.bots.parsers.shadowserver.parser")]
public sealed partial class ShadowserverParser(ShadowserverParserOptions options, IHttpClients clients) : Parser<CsvRecord>, IUpdatableDatabase
{
    const string SchemaUrl = "https://interchange.shadowserver.org/intelmq/v1/schema";
    const string SchemaFile = "shadowserver-schema.json";
    const string CheckFile = "shadowserver-schema.check";

    // All bots that start together ask only once.
    static readonly TimeSpan LeastBetweenChecks = TimeSpan.FromHours(1);

    static readonly Field FileName = Field.Named("extra.file_name");

    readonly HttpClient _client = clients.Create(options);
    HashSet<string> _fields = [];
    DatabaseFile<Schema>? _file;
    Schema? _testSchema;
    ReportSchema? _schema;
    ReportColumns? _columns;

    /// <inheritdoc />
    protected override RowFormat<CsvRecord> Format { get; } = new ShadowserverFormat();

    /// <inheritdoc />
    public string DatabasePath => InStates(SchemaFile);

    /// <inheritdoc />
    public bool IsUpdateWanted => !options.TestMode;

    // The schema is the same for all bots that parse reports of Shadowserver.
    string InStates(string name) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(Context.StateDirectory))!, name);

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _fields = [.. Context.Format.EventFields.Select(field => field.Key)];
        if (options.TestMode)
        {
            _testSchema = Schema.Read(EmbeddedTable.Read<ShadowserverParser>("test_schema.table.json"));
            return;
        }

        if (options.AutoUpdate) await UpdateAsync(cancellationToken);
        _file = new DatabaseFile<Schema>(DatabasePath, Read, Context);
    }

    Schema Read(Stream file)
    {
        var schema = Schema.Read(file);
        Log.Info($"The schema of {schema.Created ?? "an unknown time"} describes {schema.Count} reports.");
        return schema;
    }

    async Task UpdateAsync(CancellationToken cancellationToken)
    {
        var check = InStates(CheckFile);
        if (File.Exists(check) && Context.Time.GetUtcNow() - File.GetLastWriteTimeUtc(check) < LeastBetweenChecks) return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(check)!);
            await File.WriteAllBytesAsync(check, [], cancellationToken);
            File.SetLastWriteTimeUtc(check, Context.Time.GetUtcNow().UtcDateTime);
            if (await DatabaseFile.ReplaceAsync(DatabasePath, await DownloadDatabaseAsync(cancellationToken), cancellationToken)) Log.Info("The schema was updated.");
        }
        catch (Exception e) when (e is HttpRequestException or TransientException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Log.Error($"The schema was not updated, the present one stays in use: {e.Message}", e);
        }
    }

    /// <inheritdoc />
    public async Task<ReadOnlyMemory<byte>> DownloadDatabaseAsync(CancellationToken cancellationToken)
    {
        var fresh = (await _client.GetAnswerAsync(SchemaUrl, cancellationToken)).Expect().Content;
        var created = Schema.Read(fresh).Created ?? throw new InvalidDataException($"What {SchemaUrl} gives has no _meta.date_created; expected a schema.");
        if (!File.Exists(DatabasePath)) return fresh;
        var present = await File.ReadAllBytesAsync(DatabasePath, cancellationToken);
        if (CreationOf(present) == created) return present;
        await DatabaseFile.ReplaceAsync(DatabasePath + ".bak", present, cancellationToken);
        return fresh;
    }

    static string? CreationOf(byte[] schema)
    {
        try
        {
            return Schema.Read(schema).Created;
        }
        catch (InvalidDataException)
        {
            // One that cannot be read is replaced by any that can.
            return null;
        }
    }

    /// <inheritdoc />
    protected override void BeginReport(Report report)
    {
        var schema = _testSchema ?? _file!.Current;
        _columns = null;
        _schema = Configured(schema) ?? Detect(schema, report);
    }

    ReportSchema? Configured(Schema schema)
    {
        if (string.IsNullOrEmpty(options.Feedname)) return null;
        var configured = schema.OfFeed(options.Feedname);
        if (configured is null) Log.Info($"The schema has no report '{options.Feedname}', as the parameter feedname says; the name of the file decides.");
        return configured;
    }

    static ReportSchema Detect(Schema schema, Report report)
    {
        if (report.Get(FileName).Text is not { } file)
            throw new InvalidMessageException("Neither the parameter feedname nor the report's extra.file_name says which report of Shadowserver this is.");
        var match = ReportFile.Match(file);
        if (!match.Success) throw new InvalidMessageException($"The report's extra.file_name is '{file}'; expected a name as 2024-01-31-scan_smb-example-geo.csv.");
        var name = match.Groups[1].Value;
        return schema.OfFile(name) ?? throw new InvalidMessageException($"The schema has no report '{name}'. 'intelmqctl update-database' gets the newest one.");
    }

    [GeneratedRegex(@"^(?:\d{4}-\d{2}-\d{2}-)?(\w+)(-\w+)*\.csv$", RegexOptions.NonBacktracking)]
    private static partial Regex ReportFile { get; }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(CsvRecord row, Report report)
    {
        _columns ??= new ReportColumns(_schema!, row, _fields, Log);
        var e = report.NewEvent();
        if (options.Overwrite) e.Set(FeedName, _schema!.FeedName);
        else e.TryAdd(FeedName, _schema!.FeedName);
        e.TryAdd(FeedDocumentation, _schema.Url);
        _columns.AddTo(e, row);
        return [e];
    }
}

/// <summary>Parameters of <see cref="ShadowserverParser"/>.</summary>
public sealed record ShadowserverParserOptions : HttpOptions
{
    /// <summary>The kind of all reports, as the schema's <c>feed_name</c> says it. Without it, or where the schema has none such, the name of the report's file decides.</summary>
    public string? Feedname { get; init; }

    /// <summary>Replaces the name of the feed that the collector gave by that of the report's kind.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Looks for a newer schema when the bot starts, once an hour at most.</summary>
    public bool AutoUpdate { get; init; }

    /// <summary>Uses a small schema with three made-up reports instead of the downloaded one.</summary>
    public bool TestMode { get; init; }
}

/// <summary>CSV files whose rows are written back as they stand in the report, below the names of the columns.</summary>
sealed class ShadowserverFormat : RowFormat<CsvRecord>
{
    static readonly RowFormat<CsvRecord> Csv = RowFormat.CsvDictionary(new() { RecoverDialect = CsvDialect.Unix });

    public override IEnumerable<Row<CsvRecord>> Read(ReadOnlyMemory<byte> report)
    {
        byte[]? header = null;
        foreach (var row in Csv.Read(report))
        {
            if (row.Value is { } record) yield return new Row<CsvRecord>(record, static (read, header) => Recover(read!, (byte[])header!), header ??= Encoding.UTF8.GetBytes(record.HeaderLine));
            else yield return row;
        }
    }

    static byte[] Recover(CsvRecord row, byte[] header)
    {
        byte[] text = [.. header, .. row.OriginalLines.Span.Trim(Blanks)];
        return text.AsSpan().TrimEnd(Blanks).ToArray();
    }

    static ReadOnlySpan<byte> Blanks => " \t\r\n\v\f"u8;
}
