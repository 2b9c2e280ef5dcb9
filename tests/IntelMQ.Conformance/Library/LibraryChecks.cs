namespace IntelMQ.Conformance.Library;

/// <summary>Which check belongs to which kind of recorded call.</summary>
static class LibraryChecks
{
    static readonly Dictionary<string, Func<Vector, Verdict>> ByKind = new(StringComparer.Ordinal)
    {
        ["bot-check"] = ParameterVectors.Check,
        ["event-forms"] = Of(MessageVectors.CheckForms),
        ["harmonization-DateTime-methods"] = DataTypeVectors.CheckMethod,
        ["harmonization-calls-of-tests"] = DataTypeVectors.CheckCall,
        ["harmonization-methods"] = DataTypeVectors.CheckMethod,
        ["message-add"] = MessageVectors.CheckAdd,
        ["message-conversion"] = Of(MessageVectors.CheckConversion),
        ["message-operations"] = Of(MessageVectors.CheckOperations),
        ["message-unserialize"] = Of(MessageVectors.CheckRead),
        ["python-csv-read"] = Of(RowVectors.CheckCsvRead),
        ["python-csv-write"] = Of(RowVectors.CheckCsvWrite),
        ["python-float"] = Of(PythonVectors.CheckFloat),
        ["python-idna"] = Of(PythonVectors.CheckName),
        ["python-ipaddress"] = Of(PythonVectors.CheckAddress),
        ["python-str"] = Of(PythonVectors.CheckText),
        ["python-urlsplit"] = Of(PythonVectors.CheckUrl),
        ["shadowserver-functions"] = Of(ConversionVectors.Check),
        ["splitreports"] = RowVectors.CheckChunks,
        ["upgrades"] = Of(UpgradeVectors.Check),
        ["utils"] = FunctionVectors.Check,
        ["utils-reverse_readline"] = Of(FunctionVectors.CheckLinesBackwards),
        ["utils-unzip"] = Of(RowVectors.CheckArchive),
    };

    /// <summary>Compares one record; the kind is the name of its file.</summary>
    public static Verdict Check(string kind, Vector vector)
    {
        DataFormatClock.Use(RecordingClock.OfLibrary);
        if (ByKind.TryGetValue(kind, out var check)) return check(vector);
        // One file for each type, also those that are not known here.
        return kind.StartsWith("harmonization-", StringComparison.Ordinal) ? DataTypeVectors.Check(vector) : Verdict.Missing($"nothing here corresponds to '{kind}'{Function(vector)}");
    }

    static string Function(Vector vector) => vector.Text("function") is { } function ? $", function {function}" : "";

    static Func<Vector, Verdict> Of(Func<Vector, string?> difference) => vector => difference(vector);
}
