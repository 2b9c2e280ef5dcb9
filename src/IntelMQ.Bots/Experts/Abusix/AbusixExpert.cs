using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Experts.Abusix;

/// <summary>Adds the abuse contact that Abusix knows for an address.</summary>
/// <remarks>Works on both sides and asks the domain name system.</remarks>
[Bot("intelmq.bots.experts.abusix.expert")]
public sealed partial class AbusixExpert(AbusixExpertOptions options, IDnsResolver dns) : Enricher
{
    const string Zone = ".abuse-contacts.abusix.org";

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var side in Side.Both)
        {
            if (!e.TryGet(side.Ip, out var address) || (e.Has(side.AbuseContact) && !options.Overwrite)) continue;
            if (QuestionFor(address) is not { } question) continue;
            var answers = await dns.GetTextsAsync(question, cancellationToken);
            if (answers.Count > 0 && answers[0].Trim('"') is var contact && MailAddress.IsMatch(contact)) e.Set(side.AbuseContact, contact);
        }
    }

    // The reversed octets or nibbles of the reverse name, in another zone.
    static string? QuestionFor(string address) =>
        IpText.ToReverse(address) is { } reverse ? reverse[..reverse.LastIndexOf('.', reverse.Length - ".arpa.".Length - 1)] + Zone : null;

    [GeneratedRegex(@"^[^@]+@[^@]+\.[^@]+$", RegexOptions.NonBacktracking)]
    private static partial Regex MailAddress { get; }
}

/// <summary>Parameters of <see cref="AbusixExpert"/>.</summary>
public sealed record AbusixExpertOptions : BotOptions
{
    /// <summary>Asks also for events that have a contact, which is replaced.</summary>
    public bool Overwrite { get; init; }
}
