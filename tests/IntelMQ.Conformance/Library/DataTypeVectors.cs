namespace IntelMQ.Conformance.Library;

/// <summary>Compares the types of the data format. Each check gives null for agreement, else what differs.</summary>
static class DataTypeVectors
{
    /// <summary>A line of <c>harmonization-&lt;Type&gt;.jsonl</c>.</summary>
    public static Verdict Check(Vector vector)
    {
        if (!Vector.TryDecode(vector["value"], out var value)) return Verdict.Skipped("the value has no form in JSON");
        if (TypeNamed(vector.Text("type")!) is not { } type) return Verdict.Missing($"there is no type {vector.Text("type")}");
        if (CheckSanitize(type, value, vector["sanitize"]) is not null && HasSeveralMembers(value)) return Verdict.Skipped("the order of the members of a map was not recorded");
        return CheckSanitize(type, value, vector["sanitize"])
            // Bytes are the form of raw data here, and texts that of addresses; there they are what sanitizing starts from.
            ?? ((value.Kind == ValueKind.Bytes && type == DataType.Base64) || Vector.IsObject(vector["value"]) ? null : CheckValid(type.IsValid(value), vector["is_valid"], "is_valid"))
            // The original's LowercaseString finds that nothing is valid when it cannot sanitize.
            ?? (vector["sanitize"] is null ? null : CheckValid(type.IsValidSanitized(value), vector["is_valid_sanitize"], "is_valid_sanitize"));
    }

    /// <summary>Whether a text made of a value depends on the order of members, which recordings lose.</summary>
    public static bool HasSeveralMembers(in FieldValue value) =>
        value.Map is { } map ? map.Count > 1 || map.Values.Any(static v => HasSeveralMembers(FieldValue.From(v))) : value.List?.Any(static v => HasSeveralMembers(FieldValue.From(v))) == true;

    // The base class of all types of the original is what its String is here.
    static DataType? TypeNamed(string name) => name == "GenericType" ? DataType.String : DataType.Named(name);

    static string? CheckSanitize(DataType type, in FieldValue value, object? expected)
    {
        var usable = type.TrySanitize(value, out var sanitized);
        if (expected is null || Vector.IsError(expected)) return usable ? $"sanitized to {Vector.Show(sanitized)}, expected nothing" : null;
        if (!usable) return $"not sanitized, expected {Vector.Show(expected)}";
        // Members of a JSONDict are kept, not written as text to be read again.
        var actual = sanitized.Map is not null && type == DataType.JsonDict ? PythonJson.ToText(sanitized, ascii: true) : sanitized;
        return Vector.Show(actual) == Vector.Show(expected) ? null : $"{Century(actual, expected)}sanitized to {Vector.Show(actual)}, expected {Vector.Show(expected)}";
    }

    // Whether two times are the same but for the century, as where the year has two digits.
    static string Century(in FieldValue actual, object? expected) =>
        actual.Text is { Length: > 18 } found && expected is string { Length: > 18 } wanted && found[4] == '-' && found[2..] == wanted[2..] && Math.Abs(found[1] - wanted[1]) is 1 or 9 ? "the century: " : "";

    static string? CheckValid(bool actual, object? expected, string what) => actual == (expected is true) ? null : $"{what} {actual}, expected {Vector.Show(expected)}";

    /// <summary>A line of <c>harmonization-calls-of-tests.jsonl</c>.</summary>
    public static Verdict CheckCall(Vector vector)
    {
        if (vector.List("args").Count == 0 || !Vector.TryDecode(vector.List("args")[0], out var value)) return Verdict.Skipped("the value has no form in JSON");
        if (TypeNamed(vector.Text("type")!) is not { } type) return Verdict.Missing($"there is no type {vector.Text("type")}");
        var sanitize = vector.Map("kwargs").TryGetValue("sanitize", out var given) && given is true;
        return vector.Text("method") switch
        {
            "is_valid" when sanitize => CheckValid(type.IsValidSanitized(value), vector["result"], "is_valid"),
            "is_valid" => CheckValid(type.IsValid(value), vector["result"], "is_valid"),
            "sanitize" => CheckSanitize(type, value, vector["result"]),
            _ => CheckMethod($"{vector.Text("type")}.{vector.Text("method")}", vector),
        };
    }

    /// <summary>A line of <c>harmonization-methods.jsonl</c> or <c>harmonization-DateTime-methods.jsonl</c>.</summary>
    public static Verdict CheckMethod(Vector vector) => CheckMethod(vector.Text("method")!, vector);

    static Verdict CheckMethod(string method, Vector vector)
    {
        var expected = vector["result"];
        if (method is "URL.to_ip" or "FQDN.to_ip") return Verdict.Skipped("the answers of name servers were not recorded");
        if (method is "DateTime.generate_datetime_now") return Differs(DataFormatClock.Current.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss+00:00", System.Globalization.CultureInfo.InvariantCulture), expected);
        if (vector.List("args").Count == 0 || vector.List("args").Any(static a => !Vector.TryDecode(a, out _)) || !Vector.TryDecode(expected, out _)) return Verdict.Skipped("the value has no form in JSON");
        Vector.TryDecode(vector.List("args")[0], out var value);
        if (method == "DateTime.convert" && vector.List("args").Count > 1 && vector.List("args")[1] is "") return Verdict.Skipped("no format at all is a parameter that means fuzzy here, not a call");
        if (Call(method, value, vector.List("args").Count > 1 ? vector.List("args")[1] as string : null, out var isError) is not { } actual) return Verdict.Missing($"nothing here corresponds to {method}");
        if (Vector.IsError(expected)) return isError || actual.IsNone ? Verdict.Passed : Verdict.Failed($"gave {Vector.Show(actual)}, expected {Vector.Show(expected)}");
        return isError ? Verdict.Failed($"gave an error, expected {Vector.Show(expected)}") : Differs(actual, expected);
    }

    static string? Differs(in FieldValue actual, object? expected) => Vector.Show(actual) == Vector.Show(expected) ? null : $"{Century(actual, expected)}gave {Vector.Show(actual)}, expected {Vector.Show(expected)}";

    static FieldValue? Call(string method, in FieldValue value, string? format, out bool isError)
    {
        isError = false;
        var text = value.Text ?? "";
        switch (method)
        {
            case "IPAddress.to_int":
                return IpText.TryParse(text, out var number, out _) ? FieldValue.From((System.Numerics.BigInteger)number) : FieldValue.None;
            case "IPAddress.version":
                var version = VersionOf(text);
                isError = version is null;
                return version;
            case "IPAddress.to_reverse": return OrError(IpText.ToReverse(text), ref isError);
            case "IPNetwork.version":
                isError = !IpNetworkText.TryParse(text, out var network) || network.HasHostBits;
                return isError ? FieldValue.None : network.Version;
            case "URL.to_domain_name":
                isError = !UrlText.TrySplit(text, out _);
                return UrlText.ToDomainName(text);
            default: return Convert(method, value, format, ref isError);
        }
    }

    static long? VersionOf(string text) =>
        IpText.TrySplitScope(text, out var address, out var scope) && !scope.Contains('/') && IpText.TryParse(address, out _, out var version) && (version == 6 || scope.IsEmpty)
            ? version
            : null;

    static FieldValue OrError(string? text, ref bool isError)
    {
        isError = text is null;
        return text;
    }

    static FieldValue? Convert(string method, in FieldValue value, string? format, ref bool isError)
    {
        try
        {
            var timeFormat = method switch
            {
                "DateTime.from_timestamp" => TimeFormat.Timestamp,
                "DateTime.from_epoch_millis" => TimeFormat.EpochMillis,
                "DateTime.from_windows_nt" => TimeFormat.WindowsNt,
                "DateTime.from_isoformat" => TimeFormat.UtcIsoFormat,
                "DateTime.from_fuzzy" => TimeFormat.Fuzzy,
                "DateTime.from_format" => TimeFormat.FromFormat(format!),
                "DateTime.from_format_midnight" => TimeFormat.FromFormatMidnight(format!),
                "DateTime.convert" => TimeFormat.Parse(format),
                _ => null,
            };
            if (timeFormat is null) return null;
            isError = !timeFormat.TryConvert(value, out var time);
            return time;
        }
        catch (FormatException)
        {
            isError = true;
            return FieldValue.None;
        }
    }
}
