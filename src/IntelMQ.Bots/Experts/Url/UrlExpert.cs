using System.Collections.Frozen;
using System.Globalization;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.Url;

/// <summary>Takes the URLs of an event apart: address or host name, port, path, account and protocols.</summary>
/// <remarks>
/// Works on both sides. The protocols are taken from the source; from the destination only if the source told none.
/// </remarks>
[Bot("intelmq.bots.experts.url.expert")]
public sealed class UrlExpert : Enricher
{
    readonly bool _overwrite;
    readonly FrozenSet<string> _skipped;

    /// <summary>An expert with these options.</summary>
    public UrlExpert(UrlExpertOptions options)
    {
        _overwrite = options.Overwrite;
        _skipped = options.SkipFields.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        var hasProtocol = AddPartsOf(e, Side.Both[0], addProtocol: true);
        AddPartsOf(e, Side.Both[1], addProtocol: !hasProtocol);
        return default;
    }

    /// <returns>Whether a protocol was added.</returns>
    bool AddPartsOf(Event e, Side side, bool addProtocol)
    {
        if (!e.TryGet(side.Url, out var text) || !UrlText.TrySplit(text, out var url)) return false;

        var authority = UrlAuthority.Of(url.Authority);
        AddHost(e, side, authority.Host);
        AddPort(e, side, authority.Port, url.Scheme);
        if (!url.Path.IsEmpty) Add(e, side.Urlpath, url.Path.ToString());
        if (!authority.User.IsEmpty && IsWanted(e, side.Account)) e.TrySet(side.Account, authority.User.ToString());

        return addProtocol && AddProtocol(e, UrlScheme.Of(url.Scheme));
    }

    void AddHost(Event e, Side side, ReadOnlySpan<char> hostAsWritten)
    {
        if (hostAsWritten.IsEmpty) return;

        string? host = null;
        if (UrlAuthority.CanBeIpAddress(hostAsWritten) && DataType.IpAddress.IsValidSanitized(host = Lower(hostAsWritten)))
        {
            Add(e, side.Ip, host);
        }
        else if (IsWanted(e, side.Fqdn))
        {
            e.TrySet(side.Fqdn, host ?? Lower(hostAsWritten));
        }
    }

    static string Lower(ReadOnlySpan<char> text) => text.ToString().ToLowerInvariant();

    void AddPort(Event e, Side side, ReadOnlySpan<char> port, ReadOnlySpan<char> scheme)
    {
        if (port.IsEmpty)
        {
            if (UrlScheme.Of(scheme).Port is { } usual) Add(e, side.Port, usual);
            return;
        }

        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new InvalidMessageException($"The URL under '{side.Url}' has the port '{port}', which is no number from 0 to 65535.");
        Add(e, side.Port, number);
    }

    bool AddProtocol(Event e, UrlScheme scheme)
    {
        var added = Add(e, ProtocolApplication, scheme.Application);
        return (scheme.Transport is not null && Add(e, ProtocolTransport, scheme.Transport)) | added;
    }

    bool IsWanted(Event e, Field field) => (_overwrite || !e.Has(field)) && (_skipped.Count == 0 || !_skipped.Contains(field.Name));

    bool Add(Event e, Field field, FieldValue value)
    {
        if (!IsWanted(e, field)) return false;
        e.Set(field, value);
        return true;
    }
}

/// <summary>Parameters of <see cref="UrlExpert"/>.</summary>
public sealed record UrlExpertOptions : BotOptions
{
    /// <summary>Replaces values that the event already has.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Names of fields that are left as they are, for example <c>source.port</c>.</summary>
    public IReadOnlyList<string> SkipFields { get; init; } = [];
}
