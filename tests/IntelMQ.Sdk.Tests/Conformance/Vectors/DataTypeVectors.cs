namespace IntelMQ.Sdk.Tests.Conformance;

/// <summary>Compares the types of the data format. Each check gives null for agreement, else what differs.</summary>
static class DataTypeVectors
{
    /// <summary>A line of <c>harmonization-&lt;Type&gt;.jsonl</c>.</summary>
    public static string? Check(Vector vector)
    {
        if (!Vector.TryDecode(vector["value"], out var value)) return null;
        var type = TypeNamed(vector.Text("type")!);
        return CheckSanitize(type, value, vector["sanitize"])
            // Bytes are the form of raw data here; there they are what sanitizing starts from.
            ?? (value.Kind == ValueKind.Bytes && type == DataType.Base64 ? null : CheckValid(type.IsValid(value), vector["is_valid"], "is_valid"))
            // The original's LowercaseString finds that nothing is valid when it cannot sanitize.
            ?? (vector["sanitize"] is null ? null : CheckValid(type.IsValidSanitized(value), vector["is_valid_sanitize"], "is_valid_sanitize"));
    }

    // The base class of all types of the original is what its String is here.
    static DataType TypeNamed(string name) => name == "GenericType" ? DataType.String : DataType.Named(name)!;

    static string? CheckSanitize(DataType type, in FieldValue value, object? expected)
    {
        var usable = type.TrySanitize(value, out var sanitized);
        if (expected is null || Vector.IsError(expected)) return usable ? $"sanitized to {Vector.Show(sanitized)}, expected nothing" : null;
        if (!usable) return $"not sanitized, expected {Vector.Show(expected)}";
        // Members of a JSONDict are kept, not written as text to be read again.
        var actual = sanitized.Map is not null && type == DataType.JsonDict ? PythonJson.ToText(sanitized, ascii: true) : sanitized;
        return Vector.Show(actual) == Vector.Show(expected) ? null : $"sanitized to {Vector.Show(actual)}, expected {Vector.Show(expected)}";
    }

    static string? CheckValid(bool actual, object? expected, string what) => actual == (expected is true) ? null : $"{what} {actual}, expected {Vector.Show(expected)}";

    /// <summary>A line of <c>harmonization-calls-of-tests.jsonl</c>.</summary>
    public static string? CheckCall(Vector vector)
    {
        var type = vector.Text("type")!;
        if (vector.List("args").Count == 0 || !Vector.TryDecode(vector.List("args")[0], out var value)) return null;
        var sanitize = vector.Map("kwargs").TryGetValue("sanitize", out var given) && given is true;
        return vector.Text("method") switch
        {
            "is_valid" when sanitize => CheckValid(TypeNamed(type).IsValidSanitized(value), vector["result"], "is_valid"),
            "is_valid" => CheckValid(TypeNamed(type).IsValid(value), vector["result"], "is_valid"),
            "sanitize" => CheckSanitize(TypeNamed(type), value, vector["result"]),
            _ => CheckMethod($"{type}.{vector.Text("method")}", vector),
        };
    }

    /// <summary>A line of <c>harmonization-methods.jsonl</c> or <c>harmonization-DateTime-methods.jsonl</c>.</summary>
    public static string? CheckMethod(Vector vector) => CheckMethod(vector.Text("method")!, vector);

    static string? CheckMethod(string method, Vector vector)
    {
        var expected = vector["result"];
        if (expected is IReadOnlyDictionary<string, object?> objects && objects.ContainsKey("$datetime")) return null;
        if (method is "DateTime.generate_datetime_now" or "URL.to_ip" or "FQDN.to_ip" || vector.List("args").Any(a => !Vector.TryDecode(a, out _))) return null;
        Vector.TryDecode(vector.List("args")[0], out var value);
        var actual = Call(method, value, vector.List("args").Count > 1 ? vector.List("args")[1] as string : null, out var isError);
        if (Vector.IsError(expected)) return isError ? null : $"gave {Vector.Show(actual)}, expected an error";
        return !isError && Vector.Show(actual) == Vector.Show(expected) ? null : $"gave {(isError ? "an error" : Vector.Show(actual))}, expected {Vector.Show(expected)}";
    }

    static FieldValue Call(string method, in FieldValue value, string? format, out bool isError)
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

    static FieldValue Convert(string method, in FieldValue value, string? format, ref bool isError)
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
                _ => throw new FormatException(method),
            };
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
