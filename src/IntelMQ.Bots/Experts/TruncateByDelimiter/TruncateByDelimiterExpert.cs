using System.ComponentModel.DataAnnotations;

namespace IntelMQ.Bots.Experts.TruncateByDelimiter;

/// <summary>Shortens a value from its beginning, part by part, until it is short enough: domain names lose their lowest labels.</summary>
[Bot("intelmq.bots.experts.truncate_by_delimiter.expert")]
public sealed class TruncateByDelimiterExpert(TruncateByDelimiterExpertOptions options) : Enricher
{
    readonly Field _field = Field.Named(options.Field);

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        // A character has at most two code units.
        if (e.Get(_field).Text is not { } text || text.Length <= options.MaxLength) return default;

        var rest = Truncate(text);
        if (rest.Length < text.Length) e.Change(_field, rest.ToString());
        return default;
    }

    ReadOnlySpan<char> Truncate(ReadOnlySpan<char> text)
    {
        var length = CharactersIn(text);
        while (length > options.MaxLength && text.IndexOf(options.Delimiter, StringComparison.Ordinal) is >= 0 and var at)
        {
            var cut = at + options.Delimiter.Length;
            length -= CharactersIn(text[..cut]);
            text = text[cut..];
        }

        return text;
    }

    static int CharactersIn(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        return count;
    }
}

/// <summary>Parameters of <see cref="TruncateByDelimiterExpert"/>.</summary>
public sealed record TruncateByDelimiterExpertOptions : BotOptions, ICheckable
{
    /// <summary>What the parts end with.</summary>
    public string Delimiter { get; init; } = ".";

    /// <summary>How many characters are short enough.</summary>
    [Range(0, int.MaxValue)]
    public int MaxLength { get; init; } = 200;

    /// <summary>The field to shorten.</summary>
    public string Field { get; init; } = "source.fqdn";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Delimiter.Length == 0) yield return new(BotLogLevel.Error, "The delimiter is empty; expected a text such as '.'.", "delimiter");
    }
}
