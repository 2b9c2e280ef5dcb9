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

/// <summary>A text in one case.</summary>
abstract class CasedType(string name) : DataType(name)
{
    private protected abstract string Cased(string text);

    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        sanitized = default;
        if (!GenericText.TryDecode(value, out var text) || GenericText.IsFalsy(value)) return false;
        // The case of bytes is that of their ASCII letters alone.
        var cased = value.Text is not null ? Cased(text) : CasedAscii(text);
        sanitized = Form(PythonText.Strip(cased));
        return !sanitized.IsNone;
    }

    private protected abstract string CasedAscii(string text);

    /// <summary>What a type does with the stripped text; null when it has no use for it.</summary>
    private protected virtual string? Form(string text) => text;

    public override bool IsValid(in FieldValue value) => value.Text is { Length: > 0 } text && IsCased(text);

    private protected bool IsCased(string text) => Cased(text) is var cased && (ReferenceEquals(cased, text) || cased.Equals(text, StringComparison.Ordinal));
}

abstract class LowerCasedType(string name) : CasedType(name)
{
    private protected override string Cased(string text) => PythonCase.Lower(text);

    private protected override string CasedAscii(string text) => PythonCase.LowerAscii(text);
}

abstract class UpperCasedType(string name) : CasedType(name)
{
    private protected override string Cased(string text) => PythonCase.Upper(text);

    private protected override string CasedAscii(string text) => PythonCase.UpperAscii(text);
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

    private protected override string? Form(string text) => text is "RIPENCC" or "RIPE-NCC" ? "RIPE" : text;

    public override bool IsValid(in FieldValue value) => value.Text is { } text && Registries.Contains(text);
}

sealed class TlpType() : UpperCasedType("TLP")
{
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
