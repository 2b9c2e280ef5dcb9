using System.Buffers;
using System.Buffers.Text;

namespace IntelMQ.Sdk;

/// <summary>Base64 as the original reads it: characters outside of the alphabet are skipped, padding must be right.</summary>
static class Base64Text
{
    static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    /// <exception cref="InvalidMessageException">The padding is wrong.</exception>
    public static byte[] Decode(string text) =>
        TryDecode(text, out var bytes) ? bytes : throw new InvalidMessageException("The raw data of the message is no Base64 text: its padding is wrong.");

    public static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[(text.Length / 4 * 3) + 3];
        if (Convert.TryFromBase64String(text, bytes, out var length))
        {
            Array.Resize(ref bytes, length);
            return true;
        }

        return TryDecodeLenient(text, ref bytes);
    }

    /// <summary>Decodes text that is nothing but Base64; what it refuses may still be some for <see cref="TryDecode"/>.</summary>
    public static bool TryDecodePlain(ReadOnlySpan<byte> ascii, out byte[] bytes)
    {
        bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(ascii.Length)];
        if (Base64.DecodeFromUtf8(ascii, bytes, out var read, out var written) != OperationStatus.Done || read < ascii.Length) return false;
        Array.Resize(ref bytes, written);
        return true;
    }

    /// <summary>Whether <see cref="TryDecode"/> would succeed.</summary>
    public static bool IsWellPadded(string text)
    {
        if (text.Length % 4 == 0 && !text.AsSpan().TrimEnd('=').ContainsAnyExcept(Alphabet) && text.AsSpan().LastIndexOfAnyExcept('=') >= text.Length - 3) return true;

        int symbols = 0, padding = 0;
        foreach (var c in text)
        {
            if (c == '=')
            {
                if (symbols % 4 >= 2 && ++padding + (symbols % 4) >= 4) return true;
            }
            else if (Value(c) >= 0)
            {
                padding = 0;
                symbols++;
            }
        }

        return symbols % 4 == 0;
    }

    static bool TryDecodeLenient(string text, ref byte[] bytes)
    {
        int bits = 0, symbols = 0, padding = 0, length = 0;
        foreach (var c in text)
        {
            if (c == '=')
            {
                // Enough padding for this group ends the text; what follows is ignored, as the original does.
                if (symbols % 4 >= 2 && ++padding + (symbols % 4) >= 4) break;
                continue;
            }

            var value = Value(c);
            if (value < 0) continue;
            padding = 0;
            bits = (bits << 6) | value;
            symbols++;
            if (symbols % 4 == 2) bytes[length++] = (byte)(bits >> 4);
            else if (symbols % 4 == 3) bytes[length++] = (byte)(bits >> 2);
            else if (symbols % 4 == 0) bytes[length++] = (byte)bits;
        }

        Array.Resize(ref bytes, length);
        return symbols % 4 == 0 || (symbols % 4) + padding >= 4;
    }

    static int Value(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' => 62,
        '/' => 63,
        _ => -1,
    };
}
