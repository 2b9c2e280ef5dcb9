namespace IntelMQ.Bots.Experts.NationalCertContactCertAt;

/// <summary>Adds the country and the contact of the national CERT that CERT.at knows for an address.</summary>
/// <remarks>Works on both sides. A contact that is there stays, with the new one behind it.</remarks>
[Bot("intelmq.bots.experts.national_cert_contact_certat.expert")]
public sealed class NationalCertContactCertAtExpert(NationalCertContactCertAtExpertOptions options, IHttpClients clients) : Enricher
{
    const string Service = "https://contacts.cert.at/cgi-bin/abuse-nationalcert.pl";

    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var side in Side.Both)
            if (e.TryGet(side.Ip, out var address))
                Add(e, side, await AskAsync(address, cancellationToken));
    }

    async Task<string> AskAsync(string address, CancellationToken cancellationToken)
    {
        var url = $"{Service}?ip={Uri.EscapeDataString(address)}&bFilter={(options.Filter ? "on" : "off")}&bShowNationalCERT=on&sep=semicolon";
        return (await _client.GetAnswerAsync(url, cancellationToken)).Expect().Text.Trim();
    }

    // 192.0.2.1;AT;CERT.at;reports@example.at
    void Add(Event e, Side side, string answer)
    {
        if (answer.Length == 0) return;
        var cells = answer.Split(';');
        if (cells.Length < 4) throw new InvalidDataException($"'{Service}' answered '{answer}'; expected address, country, name and contact, separated by semicolons.");
        e.Enrich(side.GeolocationCc, cells[1], options.OverwriteCc);
        var contact = cells[3].Trim();
        if (contact.Length > 0) e.Set(side.AbuseContact, e.TryGet(side.AbuseContact, out var present) ? $"{present},{contact}" : contact);
    }
}

/// <summary>Parameters of <see cref="NationalCertContactCertAtExpert"/>.</summary>
public sealed record NationalCertContactCertAtExpertOptions : HttpOptions
{
    /// <summary>Asks only for contacts that CERT.at may give to anyone in Austria.</summary>
    public bool Filter { get; init; }

    /// <summary>Replaces a country that the event already has.</summary>
    public bool OverwriteCc { get; init; }
}
