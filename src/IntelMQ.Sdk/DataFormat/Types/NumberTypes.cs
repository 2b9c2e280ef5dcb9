using System.Numerics;

namespace IntelMQ.Sdk;

sealed class IntegerType() : DataType("Integer")
{
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized) => TryConvert(value, out sanitized);

    public override bool IsValid(in FieldValue value) => value.Kind is ValueKind.Integer or ValueKind.BigInteger;

    internal override bool TryAcceptUtf8(in FieldValue text, ReadOnlySpan<byte> utf8, out FieldValue accepted)
    {
        var isPlain = Utf8Forms.TryReadNumber(utf8, out var number);
        accepted = number;
        return isPlain;
    }

    /// <summary>A whole number from a number (cut), a boolean, text or bytes.</summary>
    internal static bool TryConvert(in FieldValue value, out FieldValue number)
    {
        switch (value.Kind)
        {
            case ValueKind.Text: return PythonNumber.TryParseInteger(value.Text!, out number);
            case ValueKind.Bytes: return PythonNumber.TryParseInteger(PythonNumber.AsciiOnly(value.Bytes!), out number);
            case ValueKind.Integer or ValueKind.BigInteger:
                number = value;
                return true;
            case ValueKind.Boolean:
                number = value.Bits;
                return true;
            case ValueKind.Float when BitConverter.Int64BitsToDouble(value.Bits) is var d && double.IsFinite(d):
                number = Math.Abs(d) < 9e18 ? (long)d : FieldValue.From(new BigInteger(d));
                return true;
            default:
                number = default;
                return false;
        }
    }
}

sealed class AsnType() : DataType("ASN")
{
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        if (value.Text is { Length: > 2 } text && text[0] is 'a' or 'A' && text[1] is 's' or 'S')
        {
            if (PythonNumber.TryParsePlain(text.AsSpan(2), out var plain)) sanitized = plain;
            else if (!PythonNumber.TryParseInteger(text[2..], out sanitized)) return false;
            return IsValid(sanitized);
        }

        return IntegerType.TryConvert(value, out sanitized) && IsValid(sanitized);
    }

    public override bool IsValid(in FieldValue value) => value.TryGetInteger(out var number) && number is >= 1 and <= uint.MaxValue;

    internal override bool TryAcceptUtf8(in FieldValue text, ReadOnlySpan<byte> utf8, out FieldValue accepted)
    {
        var isPlain = Utf8Forms.TryReadNumber(utf8, out var number);
        accepted = number;
        return isPlain && number is >= 1 and <= uint.MaxValue;
    }
}

sealed class FloatType() : DataType("Float")
{
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        var usable = TryConvert(value, out var number);
        sanitized = usable ? number : FieldValue.None;
        return usable;
    }

    public override bool IsValid(in FieldValue value) => value.Kind is ValueKind.Float or ValueKind.Integer or ValueKind.BigInteger;

    internal static bool TryConvert(in FieldValue value, out double number)
    {
        switch (value.Kind)
        {
            case ValueKind.Text: return PythonNumber.TryParseFloat(value.Text!, out number);
            case ValueKind.Bytes: return PythonNumber.TryParseFloat(PythonNumber.AsciiOnly(value.Bytes!), out number);
            case ValueKind.Boolean:
                number = value.Bits;
                return true;
            default:
                // A number too large for a float is refused, unlike one that is infinite.
                return value.TryGetNumber(out number) && (value.Kind == ValueKind.Float || double.IsFinite(number));
        }
    }
}

sealed class AccuracyType() : DataType("Accuracy")
{
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        sanitized = default;
        if (!FloatType.TryConvert(value, out var number)) return false;
        if (value.Kind == ValueKind.Boolean) number *= 100;
        sanitized = number;
        return number is >= 0 and <= 100;
    }

    public override bool IsValid(in FieldValue value) =>
        value.Kind == ValueKind.Boolean || (value.TryGetNumber(out var number) && number is >= 0 and <= 100);
}

sealed class BooleanType() : DataType("Boolean")
{
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        sanitized = value;
        if (value.Kind == ValueKind.Boolean) return true;
        if (value.TryGetInteger(out var number) && number is 0 or 1)
        {
            sanitized = number == 1;
            return true;
        }

        if (value.Text is not { } text) return false;
        var word = PythonText.Strip(text.AsSpan());
        sanitized = word.Equals("true", StringComparison.OrdinalIgnoreCase);
        return sanitized.Bits != 0 || word.Equals("false", StringComparison.OrdinalIgnoreCase);
    }

    public override bool IsValid(in FieldValue value) => value.Kind == ValueKind.Boolean;
}
