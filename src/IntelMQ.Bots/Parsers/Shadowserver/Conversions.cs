using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Parsers.Shadowserver;

/// <summary>Makes the value of a field out of a cell. None means that the cell says nothing.</summary>
/// <exception cref="FormatException">The cell is none that the function can convert.</exception>
delegate FieldValue Conversion(string cell, CsvRecord row);

/// <summary>The functions that schemas of Shadowserver name.</summary>
static partial class Conversions
{
    static readonly SearchValues<char> Blanks = SearchValues.Create(" \t\n\r\v\f");

    static readonly FrozenDictionary<string, Conversion> All = new Dictionary<string, Conversion>(StringComparer.Ordinal)
    {
        ["add_UTC_to_timestamp"] = static (cell, _) => cell + " UTC",
        ["category_or_detail"] = static (_, row) => FirstOf(row, "category", "detail"),
        ["convert_bool"] = static (cell, _) => ToBoolean(cell),
        ["convert_date"] = static (cell, _) => ToDate(cell),
        ["convert_date_utc"] = static (cell, _) => ToDate(cell + "+00:00"),
        ["convert_float"] = static (cell, _) => cell.Length == 0 ? FieldValue.None : Convert(DataType.Float, cell, "number"),
        ["convert_http_host_and_url"] = ToUrl,
        ["convert_int"] = static (cell, _) => cell.Length == 0 ? FieldValue.None : Convert(DataType.Integer, cell, "whole number"),
        ["extract_cve_from_tag"] = static (cell, _) => ToVulnerabilities(cell),
        ["force_base64"] = static (cell, _) => ToBase64(cell),
        ["invalidate_zero"] = static (cell, _) => cell.Length > 0 && Convert(DataType.Integer, cell, "whole number") is { IsFalsy: false } number ? number : FieldValue.None,
        ["scan_exchange_identifier"] = static (cell, _) => IsWebShell(cell) ? "exchange-server-webshell" : "vulnerable-exchange-server",
        ["scan_exchange_taxonomy"] = static (cell, _) => IsWebShell(cell) ? "intrusions" : "vulnerable",
        ["scan_exchange_type"] = static (cell, _) => IsWebShell(cell) ? "system-compromise" : "vulnerable-system",
        ["validate_fqdn"] = static (cell, _) => DataType.Fqdn.IsValidSanitized(cell) ? cell : FieldValue.None,
        ["validate_ip"] = static (cell, _) => cell != "0.0.0.0" && !cell.Contains('/', StringComparison.Ordinal) && DataType.IpAddress.IsValidSanitized(cell) ? cell : FieldValue.None,
        ["validate_network"] = static (cell, _) => cell.Contains('/', StringComparison.Ordinal) && DataType.IpNetwork.IsValidSanitized(cell) ? cell : FieldValue.None,
        ["validate_to_none"] = static (cell, _) => cell is "" or "0" or "unknown" ? FieldValue.None : cell,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The function of that name; null when there is none.</summary>
    public static Conversion? Named(string name) => All.GetValueOrDefault(name);

    static FieldValue Convert(DataType type, string cell, string expected) =>
        type.TrySanitize(cell, out var value) ? value : throw new FormatException($"'{cell}' is no {expected}.");

    static FieldValue ToDate(string text) => DataType.DateTime.TrySanitize(text, out var time) ? time : FieldValue.None;

    static FieldValue ToBoolean(string cell) => cell.ToUpperInvariant() switch
    {
        "Y" or "YES" or "TRUE" or "ENABLED" or "1" => true,
        "N" or "NO" or "FALSE" or "DISABLED" or "0" => false,
        _ => FieldValue.None,
    };

    static bool IsWebShell(string cell) => cell.Contains("webshell", StringComparison.Ordinal);

    static FieldValue ToVulnerabilities(string cell)
    {
        var found = new SortedSet<string>(cell.Split(';').Where(tag => Vulnerability.IsMatch(tag)), StringComparer.Ordinal);
        return found.Count == 0 ? FieldValue.None : string.Join(';', found);
    }

    [GeneratedRegex("^cve-[0-9]+-[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Vulnerability { get; }

    static FieldValue ToBase64(string cell)
    {
        if (cell.Length == 0) return FieldValue.None;
        if (!Ascii.IsValid(cell)) throw new FormatException($"'{cell}' has characters beyond ASCII; expected Base64 or a text that can become it.");
        var bytes = new byte[cell.Length];
        return System.Convert.TryFromBase64String(cell, bytes, out var length) && System.Convert.ToBase64String(bytes, 0, length) == cell
            ? cell
            : System.Convert.ToBase64String(Encoding.ASCII.GetBytes(cell));
    }

    static FieldValue ToUrl(string cell, CsvRecord row)
    {
        var host = FirstOf(row, "cc_dns", "http_host", "hostname", "ip");
        var path = row.TryGet("url", out var url) ? url : FirstOf(row, "http_url");
        if (host.Length == 0 || path.Length == 0) return cell;

        // It may be a whole line of a request: GET /index.html HTTP/1.1
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        path = slash < 0 ? "" : path[slash..];
        var blank = path.AsSpan().IndexOfAny(Blanks);
        if (blank >= 0) path = path[..blank];
        var scheme = FirstOf(row, "application") is "https" ? "https" : "http";
        return $"{scheme}://{host}{path}";
    }

    static string FirstOf(CsvRecord row, params ReadOnlySpan<string> columns)
    {
        foreach (var column in columns)
            if (row.TryGet(column, out var cell) && cell.Length > 0)
                return cell;
        return "";
    }
}
