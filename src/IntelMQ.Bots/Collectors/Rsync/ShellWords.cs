using System.Text;

namespace IntelMQ.Bots.Collectors.Rsync;

/// <summary>Splits a text into arguments as a shell would: at white space, with quotes and backslashes, without expanding anything.</summary>
static class ShellWords
{
    /// <summary>The arguments; a list is taken as it is.</summary>
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public static IReadOnlyList<string> Of(FieldValue parameter) =>
        parameter.List is { } list ? [.. list.Select(item => PythonValues.ToText(FieldValue.From(item)))] : Split(parameter.Text ?? "");

    /// <summary>What is wrong, or null.</summary>
    public static string? ProblemOf(FieldValue parameter)
    {
        if (!parameter.IsNone && parameter.List is null && parameter.Text is null) return $"{parameter} is neither a text nor a list.";
        try
        {
            _ = Of(parameter);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    static List<string> Split(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is ' ' or '\t' or '\r' or '\n')
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
                continue;
            }

            word ??= new StringBuilder();
            if (c is '"' or '\'') i = Quoted(text, i, word);
            else if (c == '\\' && i + 1 < text.Length) word.Append(text[++i]);
            else word.Append(c);
        }

        if (word is not null) words.Add(word.ToString());
        return words;
    }

    /// <returns>Where the closing quote is.</returns>
    static int Quoted(string text, int start, StringBuilder word)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == text[start]) return i;
            // Within double quotes a backslash is for what would end or escape; within single quotes it is nothing special.
            if (text[i] == '\\' && text[start] == '"' && i + 1 < text.Length && text[i + 1] is '"' or '\\') i++;
            word.Append(text[i]);
        }

        throw new FormatException($"the quote at position {start + 1} of '{text}' is not closed.");
    }
}
