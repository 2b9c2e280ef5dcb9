namespace IntelMQ.Sdk;

/// <summary>What the data format demands of one field.</summary>
sealed record FieldRule(Field Field, DataType Type, int? Length, FieldPattern? Pattern, FieldPattern? CaseInsensitivePattern, string? Description)
{
    /// <summary>A JSONDict such as <c>extra</c>: a value is spread over the fields below it.</summary>
    public bool IsContainer { get; init; }

    /// <summary>The option <c>regex</c> as it was written.</summary>
    public string? RegexText { get; init; }

    /// <summary>The option <c>iregex</c> as it was written.</summary>
    public string? CaseInsensitiveRegexText { get; init; }

    /// <summary>Whether two rules accept the same values.</summary>
    public bool DemandsTheSameAs(FieldRule other) =>
        (Type, Length, RegexText, CaseInsensitiveRegexText) == (other.Type, other.Length, other.RegexText, other.CaseInsensitiveRegexText);

    /// <summary>Brings a value into form (if asked) and checks it.</summary>
    /// <param name="value">Any value.</param>
    /// <param name="sanitize">Whether to bring it into form first.</param>
    /// <param name="accepted">What to store.</param>
    /// <param name="refusal">What was refused and why, in the original's words.</param>
    public bool TryAccept(in FieldValue value, bool sanitize, out FieldValue accepted, out Refusal refusal)
    {
        refusal = default;
        if (!value.TryGetUtf8(out var utf8)) return TryAcceptDecoded(value, sanitize, out accepted, out refusal);
        // Decoded once: types ask for the text several times.
        return TryAcceptUtf8(value, utf8, out accepted) || TryAcceptDecoded(value.Text, sanitize, out accepted, out refusal);
    }

    bool TryAcceptDecoded(in FieldValue value, bool sanitize, out FieldValue accepted, out Refusal refusal)
    {
        refusal = default;
        accepted = value;
        if (sanitize && !Type.TrySanitize(value, out accepted))
        {
            refusal = new Refusal(value, null);
            return false;
        }

        var reason = !Type.IsValid(accepted) ? "is_valid returned False."
            : Length is null && Pattern is null && CaseInsensitivePattern is null ? null
            : WhyOptionsRefuse(accepted);
        if (reason is null) return true;
        refusal = new Refusal(accepted, reason);
        return false;
    }

    /// <summary>The usual case of a text that is a part of other bytes; false means nothing.</summary>
    bool TryAcceptUtf8(in FieldValue text, ReadOnlySpan<byte> utf8, out FieldValue accepted)
    {
        if (!Type.TryAcceptUtf8(text, utf8, out accepted)) return false;
        if (Length is null && Pattern is null && CaseInsensitivePattern is null) return true;
        // The options look at a number's own text, which may be shorter than the given one.
        return ReferenceEquals(accepted.Reference, text.Reference)
            && !(utf8.Length > Length)
            && Pattern?.SurelyMatches(utf8) != false
            && CaseInsensitivePattern?.SurelyMatches(utf8) != false;
    }

    string? WhyOptionsRefuse(in FieldValue value)
    {
        var text = value.Text ?? (value.Kind == ValueKind.Bytes ? value.ToString() : PythonText.ToText(value));
        return Length is { } most && text.Length > most && PythonText.CodePoints(text) is var length && length > most ? $"too long: {length} > {most}."
            : Pattern is not null && !Pattern.IsMatch(text) ? "regex did not match."
            : CaseInsensitivePattern is not null && !CaseInsensitivePattern.IsMatch(text) ? "regex (case insensitive) did not match."
            : null;
    }
}
