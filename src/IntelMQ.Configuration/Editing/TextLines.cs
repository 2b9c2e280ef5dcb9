namespace IntelMQ.Configuration.Editing;

/// <summary>Where the lines of a text begin.</summary>
internal static class TextLines
{
    /// <summary>The start of the line that a position is in.</summary>
    public static int StartOf(string text, int position)
    {
        var start = Math.Min(position, text.Length);
        while (start > 0 && text[start - 1] is not ('\n' or '\r'))
        {
            start--;
        }

        return start;
    }

    /// <summary>The start of the line after a position; the end of the text in its last line.</summary>
    public static int After(string text, int position)
    {
        var end = text.AsSpan(position).IndexOfAny('\r', '\n');
        if (end < 0)
        {
            return text.Length;
        }

        end += position;
        return text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
    }

    /// <summary>Whether the text before a position does not end with a line break, so that one is needed before a new line.</summary>
    public static bool IsOpen(string text, int position) => position > 0 && text[position - 1] is not ('\n' or '\r');
}
