using System.Globalization;
using System.Text;

namespace IntelMQ.Sdk.Generators;

/// <summary>JSON by hand: a compiler extension may bring no libraries.</summary>
static class JsonText
{
    public static string Quote(string text)
    {
        var json = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            if (c is '"' or '\\') json.Append('\\').Append(c);
            else if (c == '\n') json.Append("\\n");
            else if (c == '\t') json.Append("\\t");
            else if (c < 0x20 || char.IsSurrogate(c)) json.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else json.Append(c);
        }

        return json.Append('"').ToString();
    }

    /// <summary>A constant of C# as JSON; null when it has no such form.</summary>
    public static string? Constant(object? value) => value switch
    {
        null => "null",
        string text => Quote(text),
        char c => Quote(c.ToString()),
        bool boolean => boolean ? "true" : "false",
        double number => Number(number),
        float number => Number(number),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    public static string? Number(double number) =>
        double.IsNaN(number) || double.IsInfinity(number) ? null : number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Whether a text is one JSON value.</summary>
    public static bool IsValid(string json)
    {
        var at = 0;
        return Value(json, ref at, 0) && Blank(json, ref at) == json.Length;
    }

    static int Blank(string json, ref int at)
    {
        while (at < json.Length && json[at] is ' ' or '\t' or '\n' or '\r') at++;
        return at;
    }

    static bool Value(string json, ref int at, int depth)
    {
        const int DeepestNesting = 32;
        if (Blank(json, ref at) >= json.Length || depth > DeepestNesting) return false;
        return json[at] switch
        {
            '"' => Text(json, ref at),
            '[' => Items(json, ref at, ']', depth, keyed: false),
            '{' => Items(json, ref at, '}', depth, keyed: true),
            _ => Word(json, ref at),
        };
    }

    static bool Items(string json, ref int at, char end, int depth, bool keyed)
    {
        at++;
        if (Blank(json, ref at) < json.Length && json[at] == end)
        {
            at++;
            return true;
        }

        while (true)
        {
            if (keyed && !(Blank(json, ref at) < json.Length && json[at] == '"' && Text(json, ref at) && Take(json, ref at, ':'))) return false;
            if (!Value(json, ref at, depth + 1)) return false;
            if (Take(json, ref at, end)) return true;
            if (!Take(json, ref at, ',')) return false;
        }
    }

    static bool Take(string json, ref int at, char expected)
    {
        if (Blank(json, ref at) >= json.Length || json[at] != expected) return false;
        at++;
        return true;
    }

    static bool Text(string json, ref int at)
    {
        for (at++; at < json.Length; at++)
        {
            if (json[at] == '"')
            {
                at++;
                return true;
            }

            if (json[at] < 0x20) return false;
            if (json[at] == '\\' && !Escape(json, ref at)) return false;
        }

        return false;
    }

    static bool Escape(string json, ref int at)
    {
        at++;
        if (at >= json.Length) return false;
        if (json[at] != 'u') return "\"\\/bfnrt".IndexOf(json[at]) >= 0;
        for (var i = 0; i < 4; i++)
        {
            at++;
            if (at >= json.Length || !Uri.IsHexDigit(json[at])) return false;
        }

        return true;
    }

    static bool Word(string json, ref int at)
    {
        var start = at;
        while (at < json.Length && (char.IsLetterOrDigit(json[at]) || json[at] is '+' or '-' or '.')) at++;
        var word = json.Substring(start, at - start);
        return word is "true" or "false" or "null" || IsNumber(word);
    }

    static bool IsNumber(string word)
    {
        var i = word.StartsWith("-", StringComparison.Ordinal) ? 1 : 0;
        var digits = Digits(word, ref i);
        if (digits == 0 || (digits > 1 && word[i - digits] == '0')) return false;
        if (i < word.Length && word[i] == '.')
        {
            i++;
            if (Digits(word, ref i) == 0) return false;
        }

        if (i < word.Length && word[i] is 'e' or 'E')
        {
            i++;
            if (i < word.Length && word[i] is '+' or '-') i++;
            if (Digits(word, ref i) == 0) return false;
        }

        return i == word.Length;
    }

    static int Digits(string word, ref int i)
    {
        var start = i;
        while (i < word.Length && word[i] is >= '0' and <= '9') i++;
        return i - start;
    }
}
