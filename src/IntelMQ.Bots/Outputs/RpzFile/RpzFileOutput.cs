using System.Buffers;
using System.Text;

namespace IntelMQ.Bots.Outputs.RpzFile;

/// <summary>Writes a response policy zone, with which name servers block domains.</summary>
[Bot("intelmq.bots.outputs.rpz_file.output", SingleInstance = true)]
public sealed class RpzFileOutput(RpzFileOutputOptions options) : Output
{
    LineFiles? _files;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _files = new LineFiles(new LineFilesOptions { File = options.File, IsFormat = options.FormatFilename, Header = Encoding.UTF8.GetBytes(Header()), EndsLines = false });
        _files.Start();
        return default;
    }

    string Header()
    {
        var now = Context.Time.GetLocalNow();
        var serial = options.Serial ?? StrftimeText.Format("%y%m%d%H%M", now);
        var updated = options.GenerateTime ?? StrftimeText.Format("%Y-%m-%d %H:%M:%S", Context.Time.GetUtcNow());
        var test = options.TestDomain.Length > 0 ? $"{options.TestDomain} {options.DnsRecordType} {options.Cname}\n" : "";
        return $"""
            $TTL {options.Ttl}
            @ SOA {options.RpzDomain}. {options.HostmasterRpzDomain}. {serial} {options.Refresh} {options.Retry} {options.Expire} {options.Ncachttl}
             NS localhost.
            ;
            ; {options.OrganizationName} Response Policy Zones (RPZ)
            ; Last updated: {updated} (UTC)
            ;
            ; Terms Of Use: https://{options.RpzDomain}
            ; For questions please contact {options.RpzEmail}
            ;

            """ + test;
    }

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken) =>
        message.Has(Fields.Source.Fqdn) ? _files!.AppendAsync(message, Write, cancellationToken) : default;

    void Write(IBufferWriter<byte> to, Message message)
    {
        const string www = "www.";
        message.TryGet(Fields.Source.Fqdn, out var name);
        if (name!.StartsWith(www, StringComparison.Ordinal)) name = name[www.Length..];
        to.Write(Encoding.UTF8.GetBytes($"{name} {options.DnsRecordType} {options.Cname}\nwww.{name} {options.DnsRecordType} {options.Cname}\n"));
    }

    /// <inheritdoc />
    protected override ValueTask FlushAsync(CancellationToken cancellationToken) => _files!.FlushAsync(cancellationToken);
}

/// <summary>Parameters of <see cref="RpzFileOutput"/>.</summary>
public sealed record RpzFileOutputOptions : ExportOptions, ICheckable
{
    /// <summary>Path of the file, or a format text that makes one, see <c>format_filename</c>.</summary>
    public string File { get; init; } = "/opt/intelmq/var/lib/bots/file-output/rpz";

    /// <summary>Takes <c>file</c> for a format text, such as <c>/zones/{event[feed.name]}</c>.</summary>
    public bool FormatFilename { get; init; }

    /// <summary>Accepted for the sake of existing configurations; domains are ASCII.</summary>
    public string EncodingErrorsMode { get; init; } = "strict";

    /// <summary>Where blocked names lead to.</summary>
    public string Cname { get; init; } = "";

    /// <summary>Who publishes the zone, for its head.</summary>
    public string OrganizationName { get; init; } = "";

    /// <summary>Name of the zone.</summary>
    public string RpzDomain { get; init; } = "";

    /// <summary>Name of the host master in the SOA record.</summary>
    public string HostmasterRpzDomain { get; init; } = "";

    /// <summary>Whom to ask, for the head.</summary>
    public string RpzEmail { get; init; } = "";

    /// <summary>Seconds that a record may be kept.</summary>
    public int Ttl { get; init; } = 3600;

    /// <summary>Seconds that a missing record may be kept.</summary>
    public int Ncachttl { get; init; } = 60;

    /// <summary>Seconds between two looks of a secondary name server.</summary>
    public int Refresh { get; init; } = 60;

    /// <summary>Seconds until a secondary name server looks again after a failure.</summary>
    public int Retry { get; init; } = 60;

    /// <summary>Seconds until a secondary name server gives the zone up.</summary>
    public int Expire { get; init; } = 432000;

    /// <summary>Serial number of the zone; by default the time of the start, as <c>2601312359</c>.</summary>
    public string? Serial { get; init; }

    /// <summary>The time in the head, which says that it is UTC; by default that of the start.</summary>
    public string? GenerateTime { get; init; }

    /// <summary>Type of the records.</summary>
    public string DnsRecordType { get; init; } = "CNAME";

    /// <summary>A name that is always blocked, to try the zone.</summary>
    public string TestDomain { get; init; } = "";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() => LineFiles.Check(File, FormatFilename);
}
