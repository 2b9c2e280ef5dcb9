using System.Collections.Frozen;

namespace IntelMQ.Sdk;

sealed class StringType() : DataType("String")
{
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        var usable = GenericText.TrySanitize(value, out var text);
        sanitized = usable ? text : FieldValue.None;
        return usable;
    }

    public override bool IsValid(in FieldValue value) => value.Text is { Length: > 0 };

    private protected override bool IsInForm(ReadOnlySpan<byte> utf8) => Utf8Forms.IsText(utf8);
}

/// <summary>Words that stand for one of few values.</summary>
sealed class KnownWords(IEnumerable<KeyValuePair<string, string>> forms)
{
    readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _forms =
        forms.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The value that a word stands for; null for any other.</summary>
    public string? FormOf(ReadOnlySpan<char> word) => _forms.TryGetValue(word, out var form) ? form : null;
}

/// <summary>A text in one case.</summary>
abstract class CasedType(string name) : DataType(name)
{
    const int MostWordChars = 48;

    private protected abstract string Cased(string text);

    /// <summary>Words in the case of the type and what they are brought into; for those no other text is made.</summary>
    private protected virtual KnownWords? Words => null;

    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        if (value.Text is { Length: > 0 and <= MostWordChars } given && KnownForm(given) is { } known)
        {
            sanitized = known == given ? value : known;
            return true;
        }

        sanitized = default;
        if (!GenericText.TryDecode(value, out var text) || GenericText.IsFalsy(value)) return false;
        // The case of bytes is that of their ASCII letters alone.
        var cased = value.Text is not null ? Cased(text) : CasedAscii(text);
        sanitized = Form(PythonText.Strip(cased));
        return !sanitized.IsNone;
    }

    private protected abstract string CasedAscii(string text);

    string? KnownForm(string text)
    {
        if (Words is not { } words) return null;
        Span<char> buffer = stackalloc char[MostWordChars];
        var cased = buffer[..text.Length];
        return System.Text.Ascii.IsValid(text) && TryCaseAscii(text, cased) ? words.FormOf(PythonText.Strip(cased)) : null;
    }

    private protected abstract bool TryCaseAscii(ReadOnlySpan<char> text, Span<char> to);

    /// <summary>What a type does with the stripped text; null when it has no use for it.</summary>
    private protected virtual string? Form(string text) => text;

    public override bool IsValid(in FieldValue value) => value.Text is { Length: > 0 } text && IsCased(text);

    private protected bool IsCased(string text) => Cased(text) is var cased && (ReferenceEquals(cased, text) || cased.Equals(text, StringComparison.Ordinal));
}

abstract class LowerCasedType(string name) : CasedType(name)
{
    private protected override string Cased(string text) => PythonCase.Lower(text);

    private protected override string CasedAscii(string text) => PythonCase.LowerAscii(text);

    private protected override bool TryCaseAscii(ReadOnlySpan<char> text, Span<char> to) => System.Text.Ascii.ToLower(text, to, out _) == System.Buffers.OperationStatus.Done;
}

abstract class UpperCasedType(string name) : CasedType(name)
{
    private protected override string Cased(string text) => PythonCase.Upper(text);

    private protected override string CasedAscii(string text) => PythonCase.UpperAscii(text);

    private protected override bool TryCaseAscii(ReadOnlySpan<char> text, Span<char> to) => System.Text.Ascii.ToUpper(text, to, out _) == System.Buffers.OperationStatus.Done;
}

sealed class LowercaseStringType() : LowerCasedType("LowercaseString")
{
    private protected override bool IsInForm(ReadOnlySpan<byte> utf8) => Utf8Forms.IsLowerCase(utf8);
}

sealed class UppercaseStringType() : UpperCasedType("UppercaseString")
{
    private protected override bool IsInForm(ReadOnlySpan<byte> utf8) => Utf8Forms.IsUpperCase(utf8);
}

sealed class RegistryType() : UpperCasedType("Registry")
{
    static readonly FrozenSet<string> Registries = FrozenSet.Create(StringComparer.Ordinal, "AFRINIC", "APNIC", "ARIN", "LACNIC", "RIPE");

    private protected override KnownWords Words { get; } =
        new([.. Registries.Select(static name => KeyValuePair.Create(name, name)), new("RIPENCC", "RIPE"), new("RIPE-NCC", "RIPE")]);

    private protected override string? Form(string text) => text is "RIPENCC" or "RIPE-NCC" ? "RIPE" : text;

    public override bool IsValid(in FieldValue value) => value.Text is { } text && Registries.Contains(text);
}

sealed class TlpType() : UpperCasedType("TLP")
{
    private protected override KnownWords Words { get; } = new(
        from prefix in new[] { "", "TLP", "TLP:", "TLP: ", "TLP " }
        from color in new[] { ("WHITE", "WHITE"), ("GREEN", "GREEN"), ("AMBER", "AMBER"), ("YELLOW", "AMBER"), ("RED", "RED") }
        select KeyValuePair.Create(prefix + color.Item1, color.Item2));

    private protected override string? Form(string text)
    {
        if (text.Length == 0) return null;
        if (text.StartsWith("TLP", StringComparison.Ordinal))
        {
            var rest = text.AsSpan(3);
            if (!rest.IsEmpty && rest[0] == ':') rest = rest[1..];
            while (!rest.IsEmpty && PythonText.IsSpace(rest[0])) rest = rest[1..];
            text = rest.ToString();
        }

        return text == "YELLOW" ? "AMBER" : text;
    }

    public override bool IsValid(in FieldValue value) => value.Text is "WHITE" or "GREEN" or "AMBER" or "RED";
}
