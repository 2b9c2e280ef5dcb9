using System.Diagnostics;
using System.Globalization;
using IntelMQ.Sdk;

namespace IntelMQ.Benchmarks;

/// <summary>What sanitizing and validating one value costs, for each type of the data format and its common spellings.</summary>
static class TypeCosts
{
    const int CallsPerRound = 20_000;
    const int Rounds = 60;

    /// <summary>In form already, or as feeds spell it.</summary>
    static readonly (DataType Type, string Label, FieldValue Value)[] Inputs =
    [
        (DataType.Accuracy, "100.0", 100.0),
        (DataType.Accuracy, "\"85\"", "85"),
        (DataType.Asn, "64496", 64496),
        (DataType.Asn, "\"AS64496\"", "AS64496"),
        (DataType.Base64, "200 bytes", new byte[200]),
        (DataType.Base64, "200 letters", new string('a', 200)),
        (DataType.Boolean, "true", true),
        (DataType.Boolean, "\"True\"", "True"),
        (DataType.ClassificationTaxonomy, "malicious-code", "malicious-code"),
        (DataType.ClassificationType, "c2-server", "c2-server"),
        (DataType.ClassificationType, "C&C", "C&C"),
        (DataType.DateTime, "in form", "2015-08-31T08:16:10+00:00"),
        (DataType.DateTime, "2015-08-31 08:16:10", "2015-08-31 08:16:10"),
        (DataType.DateTime, "Mon, 31 Aug 2015 10:16:10 +0200", "Mon, 31 Aug 2015 10:16:10 +0200"),
        (DataType.Float, "48.2082", 48.2082),
        (DataType.Float, "\"48.2082\"", "48.2082"),
        (DataType.Fqdn, "in form", "www.example.com"),
        (DataType.Fqdn, "WWW.Example.com.", "WWW.Example.com."),
        (DataType.Fqdn, "exämple.com", "exämple.com"),
        (DataType.Integer, "443", 443),
        (DataType.Integer, "\"443\"", "443"),
        (DataType.IpAddress, "192.0.2.1", "192.0.2.1"),
        (DataType.IpAddress, "2001:db8::1", "2001:db8::1"),
        (DataType.IpAddress, "2001:0DB8:0::0001", "2001:0DB8:0::0001"),
        (DataType.IpNetwork, "192.0.2.0/24", "192.0.2.0/24"),
        (DataType.IpNetwork, "192.0.2.7/24", "192.0.2.7/24"),
        (DataType.IpNetwork, "2001:db8::/32", "2001:db8::/32"),
        (DataType.Json, "{\"a\": 1}", "{\"a\": 1}"),
        (DataType.Json, "map of two", FieldValue.From(new Dictionary<string, object?> { ["a"] = 1L, ["b"] = "x" })),
        (DataType.JsonDict, "{\"a\": 1}", "{\"a\": 1}"),
        (DataType.LowercaseString, "tcp", "tcp"),
        (DataType.LowercaseString, "TCP", "TCP"),
        (DataType.Registry, "RIPE", "RIPE"),
        (DataType.Registry, "ripe-ncc", "ripe-ncc"),
        (DataType.String, "a text", "a text"),
        (DataType.String, "\" a text \"", " a text "),
        (DataType.Tlp, "AMBER", "AMBER"),
        (DataType.Tlp, "tlp:amber", "tlp:amber"),
        (DataType.UppercaseString, "AT", "AT"),
        (DataType.Url, "in form", "https://www.example.com/path?query#fragment"),
        (DataType.Url, "hxxp", "hxxp://www.example.com/path"),
    ];

    /// <summary>Prints a table, one line for each input.</summary>
    public static void Print(TextWriter to)
    {
        to.WriteLine("| type | input | sanitize, ns | bytes | validate, ns | bytes |");
        to.WriteLine("|---|---|---|---|---|---|");
        foreach (var (type, label, value) in Inputs)
        {
            type.TrySanitize(value, out var inForm);
            var sanitize = Measure(() => type.TrySanitize(value, out _));
            var validate = Measure(() => type.IsValid(inForm));
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {type.Name} | `{label}` | {sanitize.Nanoseconds:0} | {sanitize.Bytes:0} | {validate.Nanoseconds:0} | {validate.Bytes:0} |"));
        }
    }

    // The least of several rounds: the first pay for compilation, others for what else runs on the machine.
    static (double Nanoseconds, double Bytes) Measure(Func<bool> call)
    {
        var (nanoseconds, bytes) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < CallsPerRound; i++) call();
            var elapsed = Stopwatch.GetElapsedTime(started);
            nanoseconds = Math.Min(nanoseconds, elapsed.TotalNanoseconds / CallsPerRound);
            bytes = Math.Min(bytes, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)CallsPerRound);
        }

        return (nanoseconds, bytes);
    }
}
