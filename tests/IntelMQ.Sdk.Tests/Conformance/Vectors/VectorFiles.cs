namespace IntelMQ.Sdk.Tests.Conformance;

/// <summary>Which check belongs to which file of recorded calls.</summary>
static class VectorFiles
{
    public static IReadOnlyDictionary<string, Func<Vector, string?>> Checks { get; } = new Dictionary<string, Func<Vector, string?>>
    {
        ["event-forms"] = MessageVectors.CheckForms,
        ["harmonization-ASN"] = DataTypeVectors.Check,
        ["harmonization-Accuracy"] = DataTypeVectors.Check,
        ["harmonization-Base64"] = DataTypeVectors.Check,
        ["harmonization-Boolean"] = DataTypeVectors.Check,
        ["harmonization-ClassificationTaxonomy"] = DataTypeVectors.Check,
        ["harmonization-ClassificationType"] = DataTypeVectors.Check,
        ["harmonization-DateTime"] = DataTypeVectors.Check,
        ["harmonization-DateTime-methods"] = DataTypeVectors.CheckMethod,
        ["harmonization-FQDN"] = DataTypeVectors.Check,
        ["harmonization-Float"] = DataTypeVectors.Check,
        ["harmonization-GenericType"] = DataTypeVectors.Check,
        ["harmonization-IPAddress"] = DataTypeVectors.Check,
        ["harmonization-IPNetwork"] = DataTypeVectors.Check,
        ["harmonization-Integer"] = DataTypeVectors.Check,
        ["harmonization-JSON"] = DataTypeVectors.Check,
        ["harmonization-JSONDict"] = DataTypeVectors.Check,
        ["harmonization-LowercaseString"] = DataTypeVectors.Check,
        ["harmonization-Registry"] = DataTypeVectors.Check,
        ["harmonization-String"] = DataTypeVectors.Check,
        ["harmonization-TLP"] = DataTypeVectors.Check,
        ["harmonization-URL"] = DataTypeVectors.Check,
        ["harmonization-UppercaseString"] = DataTypeVectors.Check,
        ["harmonization-calls-of-tests"] = DataTypeVectors.CheckCall,
        ["harmonization-methods"] = DataTypeVectors.CheckMethod,
        ["message-add"] = MessageVectors.CheckAdd,
        ["message-conversion"] = MessageVectors.CheckConversion,
        ["message-operations"] = MessageVectors.CheckOperations,
        ["message-unserialize"] = MessageVectors.CheckRead,
        ["python-csv-read"] = RowVectors.CheckCsvRead,
        ["python-csv-write"] = RowVectors.CheckCsvWrite,
        ["python-float"] = PythonVectors.CheckFloat,
        ["python-idna"] = PythonVectors.CheckName,
        ["python-ipaddress"] = PythonVectors.CheckAddress,
        ["python-str"] = PythonVectors.CheckText,
        ["python-urlsplit"] = PythonVectors.CheckUrl,
        ["splitreports"] = RowVectors.CheckChunks,
        ["utils"] = RowVectors.CheckFunction,
        ["utils-unzip"] = RowVectors.CheckArchive,
    };

    /// <summary>The lines of a file with which we do not agree, and how many there are in all.</summary>
    public static (int Total, IReadOnlyList<string> Differences) Compare(string folder, string file)
    {
        DataFormatClock.Use(new RecordingClock());
        var differences = new List<string>();
        var total = 0;
        foreach (var vector in Vector.Read(Path.Combine(folder, file + ".jsonl")))
        {
            total++;
            if (Checks[file](vector) is { } difference) differences.Add($"line {total}: {difference}: {vector}");
        }

        return (total, differences);
    }

    /// <summary>Stands where the clock stood when the calls were recorded.</summary>
    sealed class RecordingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2024, 3, 15, 12, 34, 56, TimeSpan.Zero);
    }
}
