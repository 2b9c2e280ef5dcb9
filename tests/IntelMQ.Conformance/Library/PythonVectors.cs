namespace IntelMQ.Conformance.Library;

/// <summary>Compares behaviours of the original's language that show through in messages.</summary>
static class PythonVectors
{
    /// <summary>A line of <c>python-str.jsonl</c>.</summary>
    public static string? CheckText(Vector vector)
    {
        var text = vector.Text("s")!;
        return Differs("repr", PythonText.Repr(text), vector["repr"])
            ?? Differs("json", PythonJson.ToText(text, ascii: true), vector["json"])
            ?? Differs("json_no_ascii", PythonJson.ToText(text, ascii: false), vector["json_no_ascii"])
            ?? Differs("strip", PythonText.Strip(text), vector["strip"])
            ?? Differs("lower", PythonCase.Lower(text), vector["lower"])
            ?? Differs("upper", PythonCase.Upper(text), vector["upper"]);
    }

    /// <summary>A line of <c>python-float.jsonl</c>.</summary>
    public static string? CheckFloat(Vector vector)
    {
        if (!Vector.TryDecode(vector["float"], out var value) || !value.TryGetNumber(out var number)) return null;
        return Differs("repr", PythonJson.FloatText(number, json: false), vector["repr"])
            ?? Differs("json", PythonJson.FloatText(number, json: true), vector["json"]);
    }

    /// <summary>A line of <c>python-idna.jsonl</c>.</summary>
    public static string? CheckName(Vector vector)
    {
        var name = vector.Text("s")!;
        if (name.Length == 0) return null;
        var encoded = Idna.ToAscii(name);
        return Vector.IsError(vector["encode"]) ? (encoded is null ? null : $"encoded to {encoded}, expected an error") : Differs("encode", encoded, vector["encode"]);
    }

    /// <summary>A line of <c>python-urlsplit.jsonl</c>.</summary>
    public static string? CheckUrl(Vector vector)
    {
        var usable = UrlText.TrySplit(vector.Text("url")!, out var url);
        if (Vector.IsError(vector["urlsplit"])) return usable ? "split, expected an error" : null;
        if (!usable) return "not split";
        var expected = vector.Map("urlsplit");
        return Differs("scheme", url.Scheme.ToString().ToLowerInvariant(), expected["scheme"])
            ?? Differs("netloc", url.Authority.ToString(), expected["netloc"])
            ?? Differs("path", url.Path.ToString(), expected["path"])
            ?? Differs("query", url.Query.ToString(), expected["query"])
            ?? Differs("fragment", url.Fragment.ToString(), expected["fragment"]);
    }

    /// <summary>A line of <c>python-ipaddress.jsonl</c>.</summary>
    public static string? CheckAddress(Vector vector) => DiffersInAddress(vector) ?? DiffersInNetwork(vector);

    static string? DiffersInAddress(Vector vector)
    {
        var isAddress = IpText.TryParse(vector.Text("address")!, out var number, out var version);
        if (Vector.IsError(vector["address_props"])) return isAddress ? "the address is read, expected an error" : null;
        if (vector["address_props"] is not IReadOnlyDictionary<string, object?> properties) return null;
        if (!isAddress) return "address not read";
        return Differs("compressed", IpText.Format(number, version), properties["compressed"])
            // A mapped IPv4 address is reversed as such here, as the original's bots do with another library.
            ?? (number >> 32 == 0xffff ? null : Differs("reverse_pointer", IpText.ToReverse(vector.Text("address")!), properties["reverse_pointer"] + "."));
    }

    static string? DiffersInNetwork(Vector vector)
    {
        if (vector.Text("network") is not { } text) return null;
        var isNetwork = IpNetworkText.TryParse(text, out var parsed);
        if (Vector.IsError(vector["result"])) return isNetwork ? $"network read as {parsed.Format("")}, expected an error" : null;
        if (vector["result"] is not IReadOnlyDictionary<string, object?> network) return null;
        if (!isNetwork) return "network not read";
        return Differs("network", parsed.Format(""), network["network"]) ?? Differs("prefixlen", Vector.Show(parsed.Prefix), Vector.Show(network["prefixlen"]));
    }

    static string? Differs(string what, string? actual, object? expected) =>
        string.Equals(actual, expected as string, StringComparison.Ordinal) ? null : $"{what} is {Show(actual)}, expected {Show(expected as string)}";

    static string Show(string? text) => text is null ? "nothing" : PythonJson.ToText(text, ascii: true);
}
