using System.Globalization;
using System.Text;

namespace IntelMQ.Faults.Tests;

/// <summary>Files of rows that are numbered through, so that each event can be told from all others.</summary>
sealed class NumberedFeed(string directory, int rowsPerFile, string text = "")
{
    const string Address = "http://www.example.com/";

    public int Rows { get; private set; }

    public int RowsPerFile => rowsPerFile;

    /// <summary>Adds a file; it is there as a whole or not at all.</summary>
    public void AddFile()
    {
        var rows = new StringBuilder();
        for (var i = 0; i < rowsPerFile; i++) rows.Append(Address).Append(CultureInfo.InvariantCulture, $"{Rows + i}").Append(',').Append(text).Append('\n');
        var path = Path.Combine(directory, (Rows / rowsPerFile).ToString("D6", CultureInfo.InvariantCulture));
        File.WriteAllText(path + ".part", rows.ToString());
        File.Move(path + ".part", path + ".csv");
        Rows += rowsPerFile;
    }

    /// <summary>The number of the event in a message's text; -1 when the text is no whole event.</summary>
    public static int NumberIn(string message)
    {
        const string name = "\"source.url\": \"" + Address;
        var start = message.IndexOf(name, StringComparison.Ordinal);
        if (start < 0 || !message.EndsWith('}')) return -1;
        start += name.Length;
        return int.Parse(message.AsSpan(start, message.IndexOf('"', start) - start), CultureInfo.InvariantCulture);
    }

    /// <summary>How often each number occurs.</summary>
    public int[] Count(IEnumerable<string> messages)
    {
        var counts = new int[Rows];
        foreach (var message in messages)
        {
            var number = NumberIn(message);
            if (number >= 0) counts[number]++;
        }

        return counts;
    }
}
