using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>Filters for numbers, and those that take any value.</summary>
static class NumberFilters
{
    static readonly string[] DecimalUnits = ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    static readonly string[] BinaryUnits = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

    public static Dictionary<string, Filter> All { get; } = new(StringComparer.Ordinal)
    {
        ["abs"] = static (value, _) => value is bool truth ? (truth ? 1L : 0L) : value is long number ? Math.Abs(number) : value is BigInteger big ? BigInteger.Abs(big) : Math.Abs(Number(value)),
        ["int"] = static (value, arguments) => ToWhole(value, arguments.Number(1, "base", 10)) ?? arguments.Get(0, "default", 0L),
        ["float"] = static (value, arguments) => ToReal(value) ?? arguments.Get(0, "default", 0.0),
        ["round"] = static (value, arguments) => Round(value, arguments.Number(0, "precision", 0), arguments.Text(1, "method", "common")),
        ["filesizeformat"] = static (value, arguments) => FileSize(ToReal(value) ?? throw new JinjaException($"{Values.Repr(value)} is no number of bytes."), arguments.IsTrue(0, "binary")),
        ["default"] = Default,
        ["d"] = Default,
        ["attr"] = static (value, arguments) => Members.Of(value, arguments.Text(0, "name")),
        ["tojson"] = static (value, arguments) => ToJson(value, arguments),
        ["pprint"] = static (value, _) => Values.Repr(value),
    };

    static object? Default(object? value, Arguments arguments) =>
        value is Undefined || (arguments.IsTrue(1, "boolean") && !Values.IsTrue(value)) ? arguments.Get(0, "default_value", "") : value;

    static double Number(object? value) => Values.ToNumber(value) ?? throw new JinjaException($"{Values.Repr(value)} is no number.");

    static object? ToWhole(object? value, int radix)
    {
        if (value is long or BigInteger) return value;
        if (value is string text && radix == 16 && long.TryParse(text.Trim().StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.Trim()[2..] : text.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hexadecimal)) return hexadecimal;
        if (value is string digits && BigInteger.TryParse(digits.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return FieldValue.From(whole).ToObject();
        return ToReal(value) is { } real && double.IsFinite(real) ? FieldValue.From(new BigInteger(Math.Truncate(real))).ToObject() : null;
    }

    static double? ToReal(object? value) => value switch
    {
        Undefined undefined => throw undefined.Error,
        string text => text.Trim().TrimStart('+', '-').ToUpperInvariant() switch
        {
            "INF" or "INFINITY" => text.Contains('-', StringComparison.Ordinal) ? double.NegativeInfinity : double.PositiveInfinity,
            "NAN" => double.NaN,
            _ => double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : null,
        },
        _ => Values.ToNumber(value),
    };

    static object? Round(object? value, int digits, string method)
    {
        var (number, scale) = (Number(value), Math.Pow(10, digits));
        // A whole number stays one.
        if (method == "common" && value is long whole) return digits >= 0 ? whole : (long)(Math.Round(whole * scale, MidpointRounding.ToEven) / scale);
        return method switch
        {
            "common" => RoundExactly(number, digits, scale),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => throw new JinjaException($"There is no way '{method}' to round; expected common, ceil or floor."),
        };
    }

    /// <summary>By the exact value of the number, which for 2.675 is a little less than that; only what lies exactly between goes to the even side.</summary>
    static double RoundExactly(double number, int digits, double scale)
    {
        var product = number * scale;
        var isExact = Math.FusedMultiplyAdd(number, scale, -product) == 0;
        return digits is <= 0 or > 15 || (isExact && double.IsInteger(product * 2))
            ? Math.Round(product, MidpointRounding.ToEven) / scale
            : double.Parse(number.ToString($"F{digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    static string FileSize(double bytes, bool isBinary)
    {
        var (size, units) = isBinary ? (1024.0, BinaryUnits) : (1000.0, DecimalUnits);
        if (bytes == 1) return "1 Byte";
        if (bytes < size) return string.Create(CultureInfo.InvariantCulture, $"{(long)bytes} Bytes");
        var unit = 0;
        for (bytes /= size; bytes >= size && unit < units.Length - 1; unit++) bytes /= size;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:F1} {units[unit]}");
    }

    /// <summary>JSON that can also stand in HTML.</summary>
    static string ToJson(object? value, Arguments arguments)
    {
        var text = JsonText.Write(FieldValue.From(Values.ToPlain(value)), sorted: true);
        if (arguments.Get(0, "indent") is long indent)
            text = Indented(text, (int)Math.Clamp(indent, 0, 127));

        return text.Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal).Replace("'", "\\u0027", StringComparison.Ordinal);
    }

    static string Indented(string json, int by)
    {
        using var document = JsonDocument.Parse(json);
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, IndentSize = by, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) document.WriteTo(writer);
        return string.Concat(Encoding.UTF8.GetString(text.WrittenSpan).Select(static c => c < 128 ? c.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")));
    }
}
