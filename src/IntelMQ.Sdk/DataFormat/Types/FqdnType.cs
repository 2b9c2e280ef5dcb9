using System.Buffers;

namespace IntelMQ.Sdk;

sealed class FqdnType() : DataType("FQDN")
{
    const int MostLabelChars = 63;

    static readonly SearchValues<char> Impossible = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ:/");

    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        sanitized = default;
        if (!GenericText.TrySanitize(value, out var text)) return false;
        var name = text.AsSpan().Trim('.');
        if (name.IsEmpty) return false;

        if (!System.Text.Ascii.IsValid(name))
        {
            var encoded = Idna.ToAscii(name);
            sanitized = encoded?.ToLowerInvariant();
            return encoded is not null;
        }

        if (!HasSoundLabels(name)) return false;
        if (name.IndexOfAnyInRange('A', 'Z') >= 0) sanitized = string.Create(name.Length, name, static (to, from) => System.Text.Ascii.ToLower(from, to, out _));
        else sanitized = name.Length == text.Length ? text : name.ToString();
        return true;
    }

    public override bool IsValid(in FieldValue value) =>
        value.Text is { Length: > 0 } text
        && text[0] != '.' && text[^1] != '.'
        && System.Text.Ascii.IsValid(text)
        && !text.AsSpan().ContainsAny(Impossible)
        && HasNoQuery(text)
        && HasSoundLabels(text)
        && !(char.IsAsciiDigit(text[^1]) && IpText.TryParseV4(text, out var number) && number != 0);

    private protected override bool IsInForm(ReadOnlySpan<byte> utf8) => Utf8Forms.IsFqdn(utf8);

    // As in a URL: an empty query or fragment at the end is none, and white space within does not count.
    static bool HasNoQuery(ReadOnlySpan<char> text)
    {
        var mark = text.IndexOfAny('?', '#');
        if (mark < 0) return true;
        var rest = text[(mark + 1)..].Trim("\t\r\n");
        return rest.IsEmpty || (text[mark] == '?' && rest[0] == '#' && rest[1..].Trim("\t\r\n").IsEmpty);
    }

    static bool HasSoundLabels(ReadOnlySpan<char> name)
    {
        while (true)
        {
            var dot = name.IndexOf('.');
            if (dot < 0) return name.Length <= MostLabelChars && !name.IsEmpty;
            if (dot is 0 or > MostLabelChars) return false;
            name = name[(dot + 1)..];
        }
    }
}
