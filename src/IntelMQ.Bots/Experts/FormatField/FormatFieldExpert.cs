using System.Text;

namespace IntelMQ.Bots.Experts.FormatField;

/// <summary>Changes texts: strips characters from their ends, replaces parts of them, splits them into lists.</summary>
/// <remarks>This is also the order in which it is done.</remarks>
[Bot("intelmq.bots.experts.format_field.expert")]
public sealed class FormatFieldExpert(FormatFieldExpertOptions options) : Enricher
{
    readonly Field[] _stripped = [.. options.StripColumns.Where(name => name.Length > 0).Select(Field.Named)];
    readonly char[] _strippedCharacters = options.StripChars.ToCharArray();
    readonly Field? _replaced = string.IsNullOrEmpty(options.ReplaceColumn) ? null : Field.Named(options.ReplaceColumn);
    readonly Field? _split = string.IsNullOrEmpty(options.SplitColumn) ? null : Field.Named(options.SplitColumn);

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var field in _stripped)
            if (e.Get(field).Text is { } text && text.Trim(_strippedCharacters) is var stripped && stripped.Length < text.Length)
                e.Set(field, stripped);

        if (_replaced is not null && e.Get(_replaced).Text is { } old)
            e.Set(_replaced, Replace(old, options.OldValue, options.NewValue, options.ReplaceCount));

        if (_split is not null && e.Get(_split).Text is { } joined)
            e.Set(_split, FieldValue.From(joined.Split(options.SplitSeparator).Cast<object?>().ToList()));
        return default;
    }

    /// <param name="text">The text.</param>
    /// <param name="old">What to replace; an empty one is found before each character and at the end.</param>
    /// <param name="new">What to replace it with.</param>
    /// <param name="most">How often at most; less than 0 for always.</param>
    static string Replace(string text, string old, string @new, int most)
    {
        if (most < 0) most = int.MaxValue;
        var result = new StringBuilder(text.Length);
        var from = 0;
        for (; most > 0 && from <= text.Length; most--)
        {
            var at = text.IndexOf(old, from, StringComparison.Ordinal);
            if (at < 0) break;
            result.Append(text, from, at - from).Append(@new);
            from = at + old.Length;
            if (old.Length > 0) continue;
            if (from < text.Length) result.Append(text[from]);
            from++;
        }

        return from <= text.Length ? result.Append(text, from, text.Length - from).ToString() : result.ToString();
    }
}

/// <summary>Parameters of <see cref="FormatFieldExpert"/>.</summary>
public sealed record FormatFieldExpertOptions : BotOptions, ICheckable
{
    /// <summary>Fields whose values lose characters at both ends.</summary>
    public IReadOnlyList<string> StripColumns { get; init; } = [];

    /// <summary>The characters that are stripped.</summary>
    public string StripChars { get; init; } = " ";

    /// <summary>The field in whose value something is replaced.</summary>
    public string? ReplaceColumn { get; init; } = "";

    /// <summary>What is replaced.</summary>
    public string OldValue { get; init; } = "";

    /// <summary>What it is replaced with.</summary>
    public string NewValue { get; init; } = "";

    /// <summary>How often it is replaced, from the beginning; -1 for always.</summary>
    public int ReplaceCount { get; init; } = 1;

    /// <summary>The field whose value becomes a list; only fields below <c>extra</c> can hold one.</summary>
    public string? SplitColumn { get; init; }

    /// <summary>What separates the items of that list.</summary>
    public string SplitSeparator { get; init; } = ",";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (SplitSeparator.Length == 0) yield return new(BotLogLevel.Error, "The separator is empty; expected a text such as ','.", "split_separator");
    }
}
