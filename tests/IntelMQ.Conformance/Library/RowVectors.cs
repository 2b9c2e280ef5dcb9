using System.Text;

namespace IntelMQ.Conformance.Library;

/// <summary>Compares CSV, chunks of reports, archives and small texts. Each check gives null for agreement, else what differs.</summary>
static class RowVectors
{
    const string Error = "an error";

    static string? Compare(string actual, string expected) => actual == expected ? null : $"gave {actual}, expected {expected}";

    static CsvDialect Dialect(Vector vector)
    {
        var dialect = new CsvDialect();
        foreach (var (name, value) in vector.Map("dialect"))
        {
            dialect = name switch
            {
                "delimiter" => dialect with { Delimiter = ((string)value!)[0] },
                "quotechar" => dialect with { Quote = ((string)value!)[0] },
                "escapechar" => dialect with { Escape = ((string)value!)[0] },
                "doublequote" => dialect with { DoubleQuote = (bool)value! },
                "skipinitialspace" => dialect with { SkipInitialSpace = (bool)value! },
                "strict" => dialect with { Strict = (bool)value! },
                "quoting" => dialect with { Quoting = (long)value! == 1 ? CsvQuoting.All : CsvQuoting.None },
                _ => throw new InvalidDataException($"unknown part of a dialect: {name}"),
            };
        }

        return dialect;
    }

    /// <summary>A line of <c>python-csv-read.jsonl</c>.</summary>
    public static string? CheckCsvRead(Vector vector)
    {
        var expected = vector["rows"];
        var rows = new List<object?>();
        try
        {
            var reader = new CsvReader(Encoding.UTF8.GetBytes(vector.Text("csv")!), Dialect(vector), strip: false);
            var row = new CsvRow();
            while (reader.Read(row)) rows.Add(row.Cast<object?>().ToList());
        }
        catch (CsvException e)
        {
            return Compare(e.Message, Vector.IsError(expected) ? Vector.ErrorText(expected) : Vector.Show(expected));
        }

        return Compare(Vector.Show(FieldValue.From(rows)), Vector.IsError(expected) ? Error : Vector.Show(expected));
    }

    /// <summary>A line of <c>python-csv-write.jsonl</c>.</summary>
    public static string? CheckCsvWrite(Vector vector)
    {
        var expected = vector["text"];
        try
        {
            var text = new StringBuilder();
            CsvWriter.Write(text, vector.List("row").Select(cell => cell is null ? null : PythonText.ToText(FieldValue.From(cell))), Dialect(vector), vector.Text("lineterminator")!);
            return Compare(text.ToString(), expected as string ?? Error);
        }
        catch (CsvException e)
        {
            return Compare(e.Message, Vector.IsError(expected) ? Vector.ErrorText(expected) : (string)expected!);
        }
    }

    /// <summary>A line of <c>splitreports.jsonl</c>.</summary>
    public static Verdict CheckChunks(Vector vector)
    {
        if (Vector.IsError(vector["result"])) return Verdict.Skipped("the original fails on this size of chunks; here options refuse it");
        var args = vector.List("args");
        var isReports = vector.Text("function") == "generate_reports";
        var data = Bytes(args[isReports ? 1 : 0]);
        var size = args[isReports ? 2 : 1] is long given ? (int?)given : null;
        using var stream = new MemoryStream(data);
        var parts = ReportChunks.SplitAsync(stream, size, isReports && args[3] is true, CancellationToken.None).ToBlockingEnumerable().Select(Convert.ToBase64String);
        var expected = vector.List("result").Select(r => isReports ? (string?)((IReadOnlyDictionary<string, object?>)r!)["raw"] : Convert.ToBase64String(Bytes(r)));
        return Compare(string.Join(' ', parts), string.Join(' ', expected));
    }

    static byte[] Bytes(object? written) => Vector.TryDecode(written, out var value) && value.Bytes is { } bytes ? bytes : Convert.FromBase64String((string)written!);

    /// <summary>A line of <c>utils-unzip.jsonl</c>.</summary>
    public static string? CheckArchive(Vector vector)
    {
        var names = vector["extract_files"] is IReadOnlyList<object?> list ? list.Cast<string>().ToList() : null;
        var withNames = vector["return_names"] is true;
        try
        {
            var members = Archives.Extract(Bytes(vector["data"]), names).Select(m => (withNames ? m.Name + "=" : "") + Convert.ToBase64String(m.Content));
            return Compare(string.Join(' ', members), Vector.IsError(vector["result"]) ? Error : string.Join(' ', vector.List("result").Select(Member)));
        }
        catch (InvalidDataException e)
        {
            return Vector.IsError(vector["result"]) ? null : $"failed: {e.Message}";
        }
    }

    static string Member(object? member) =>
        member is IReadOnlyList<object?> named ? named[0] + "=" + Convert.ToBase64String(Bytes(named[1])) : Convert.ToBase64String(Bytes(member));
}
