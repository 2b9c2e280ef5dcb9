using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace IntelMQ.Sdk;

/// <summary>
/// What the options <c>regex</c> and <c>iregex</c> of a field demand. Patterns of a simple form are compared without
/// the regex engine: they are checked for every value of every event.
/// </summary>
abstract class FieldPattern
{
    /// <summary>Whether the pattern occurs in a text.</summary>
    public abstract bool IsMatch(string text);

    /// <summary>Whether the pattern surely occurs in a text in UTF-8; false means nothing.</summary>
    public virtual bool SurelyMatches(ReadOnlySpan<byte> utf8) => false;

    /// <exception cref="ArgumentException">The pattern has an error.</exception>
    public static FieldPattern Create(string pattern, bool ignoreCase)
    {
        // Compiled in any case, so that an error is found where the others are.
        var regex = new EnginePattern(PythonRegex.Compile(pattern, ignoreCase));
        if (pattern == @"^.*[^\.]$") return new NoFinalDotPattern();
        return (FieldPattern?)WordsPattern.TryCreate(pattern, ignoreCase, regex) ?? ClassesPattern.TryCreate(pattern, ignoreCase) ?? (FieldPattern)regex;
    }

    sealed class EnginePattern(Regex regex) : FieldPattern
    {
        public override bool IsMatch(string text)
        {
            try
            {
                return regex.IsMatch(text);
            }
            catch (RegexMatchTimeoutException)
            {
                // A value that takes seconds to compare is hostile, not matching.
                return false;
            }
        }
    }

    /// <summary>One line whose last character is no dot; a line feed may follow.</summary>
    sealed class NoFinalDotPattern : FieldPattern
    {
        public override bool IsMatch(string text) => Holds(text) || (text.EndsWith('\n') && Holds(text.AsSpan(0, text.Length - 1)));

        public override bool SurelyMatches(ReadOnlySpan<byte> utf8) => !utf8.IsEmpty && utf8[^1] != '.' && !utf8[..^1].Contains((byte)'\n');

        static bool Holds(ReadOnlySpan<char> text) => !text.IsEmpty && text[^1] != '.' && !text[..^1].Contains('\n');
    }

    /// <summary><c>^(one|of|these)$</c>; only what is none of the plain words is left to the engine.</summary>
    sealed class WordsPattern(FrozenSet<string> words, FieldPattern otherwise) : FieldPattern
    {
        const int MostBytes = 32;

        readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup = words.GetAlternateLookup<ReadOnlySpan<char>>();

        public override bool IsMatch(string text) => words.Contains(text) || otherwise.IsMatch(text);

        public override bool SurelyMatches(ReadOnlySpan<byte> utf8)
        {
            if (utf8.Length > MostBytes) return false;
            Span<char> text = stackalloc char[MostBytes];
            return System.Text.Ascii.ToUtf16(utf8, text, out var length) == System.Buffers.OperationStatus.Done && _lookup.Contains(text[..length]);
        }

        public static WordsPattern? TryCreate(string pattern, bool ignoreCase, FieldPattern regex)
        {
            if (!pattern.StartsWith("^(", StringComparison.Ordinal) || !pattern.EndsWith(")$", StringComparison.Ordinal)) return null;
            if (TopLevelParts(pattern[2..^2]) is not { } parts) return null;
            var words = parts.Where(word => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '/' or '_')).ToList();
            return words.Count > 0 ? new WordsPattern(words.ToFrozenSet(ignoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal), regex) : null;
        }

        /// <summary>The alternatives that are not within an inner group; null when the outer brackets are not one group.</summary>
        static List<string>? TopLevelParts(string alternatives)
        {
            var parts = new List<string>();
            int depth = 0, start = 0;
            for (var i = 0; i < alternatives.Length; i++)
            {
                var c = alternatives[i];
                if (c == '[') return null;
                if (c == '\\') i++;
                else if (c == '(') depth++;
                else if (c == ')' && --depth < 0) return null;
                else if (c == '|' && depth == 0)
                {
                    parts.Add(alternatives[start..i]);
                    start = i + 1;
                }
            }

            parts.Add(alternatives[start..]);
            return parts;
        }
    }

    /// <summary><c>^[a-z]{8}-[0-9]+$</c>: classes of ASCII characters, each a number of times, only the last without limit.</summary>
    sealed class ClassesPattern(ClassesPattern.Part[] parts) : FieldPattern
    {
        internal readonly record struct Part(UInt128 Class, int Count, bool OrMore);

        public override bool IsMatch(string text) => Holds(text) || (text.EndsWith('\n') && Holds(text.AsSpan(0, text.Length - 1)));

        bool Holds(ReadOnlySpan<char> text)
        {
            foreach (var part in parts)
            {
                if (text.Length < part.Count) return false;
                var count = part.OrMore ? text.Length : part.Count;
                foreach (var c in text[..count])
                    if (c > 127 || (part.Class >> c & 1) == 0)
                        return false;
                text = text[count..];
            }

            return text.IsEmpty;
        }

        public override bool SurelyMatches(ReadOnlySpan<byte> utf8)
        {
            foreach (var part in parts)
            {
                if (utf8.Length < part.Count) return false;
                var count = part.OrMore ? utf8.Length : part.Count;
                foreach (var c in utf8[..count])
                    if (c > 127 || (part.Class >> c & 1) == 0)
                        return false;
                utf8 = utf8[count..];
            }

            return utf8.IsEmpty;
        }

        public static ClassesPattern? TryCreate(string pattern, bool ignoreCase)
        {
            if (ignoreCase || pattern.Length < 3 || pattern[0] != '^' || pattern[^1] != '$') return null;
            var rest = pattern.AsSpan(1, pattern.Length - 2);
            var parts = new List<Part>();
            while (!rest.IsEmpty)
            {
                if ((parts.Count > 0 && parts[^1].OrMore) || !TryReadClass(ref rest, out var set) || !TryReadCount(ref rest, out var count, out var orMore)) return null;
                parts.Add(new Part(set, count, orMore));
            }

            return new ClassesPattern([.. parts]);
        }

        static bool TryReadClass(ref ReadOnlySpan<char> rest, out UInt128 set)
        {
            set = default;
            if (rest[0] != '[')
            {
                if (!char.IsAsciiLetterOrDigit(rest[0]) && rest[0] is not ('-' or '_' or '/' or ' ')) return false;
                set = UInt128.One << rest[0];
                rest = rest[1..];
                return true;
            }

            var end = rest.IndexOf(']');
            if (end < 2) return false;
            var members = rest[1..end];
            rest = rest[(end + 1)..];
            if (members.ContainsAny('\\', '^', '[') || members.ContainsAnyExceptInRange('\0', '\u007f')) return false;
            for (var i = 0; i < members.Length; i++)
            {
                var isRange = i + 2 < members.Length && members[i + 1] == '-';
                for (var c = members[i]; c <= (isRange ? members[i + 2] : members[i]); c++) set |= UInt128.One << c;
                if (isRange) i += 2;
            }

            return true;
        }

        static bool TryReadCount(ref ReadOnlySpan<char> rest, out int count, out bool orMore)
        {
            (count, orMore) = (1, false);
            if (rest.IsEmpty) return true;
            if (rest[0] == '+')
            {
                orMore = true;
                rest = rest[1..];
            }
            else if (rest[0] == '{')
            {
                var end = rest.IndexOf('}');
                if (end < 0 || !int.TryParse(rest[1..end], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out count)) return false;
                rest = rest[(end + 1)..];
            }

            return rest.IsEmpty || rest[0] is not ('*' or '?' or '+' or '{');
        }
    }
}
