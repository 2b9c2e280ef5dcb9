using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Collectors.File;

/// <summary>A pattern of the shell: <c>*</c>, <c>?</c>, <c>[abc]</c>, <c>[!abc]</c>.</summary>
sealed class FileNamePattern(string pattern)
{
    readonly Regex _regex = new(Translate(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline);

    public bool Matches(string name) => _regex.IsMatch(name);

    static string Translate(string pattern)
    {
        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*': regex.Append(".*"); break;
                case '?': regex.Append('.'); break;
                case '[' when EndOfSet(pattern, i) is > 0 and var end:
                    var set = pattern[(i + 1)..end];
                    regex.Append(set[0] == '!' ? "[^" : "[").Append((set[0] == '!' ? set[1..] : set).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal).Replace("^", @"\^", StringComparison.Ordinal)).Append(']');
                    i = end;
                    break;
                default: regex.Append(Regex.Escape(pattern[i].ToString())); break;
            }
        }

        return regex.Append(@"\z").ToString();
    }

    static int EndOfSet(string pattern, int start)
    {
        var first = start + 1 < pattern.Length && pattern[start + 1] == '!' ? start + 2 : start + 1;
        return first + 1 < pattern.Length ? pattern.IndexOf(']', first + 1) : -1;
    }
}
