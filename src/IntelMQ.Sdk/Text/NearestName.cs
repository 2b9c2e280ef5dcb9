namespace IntelMQ.Sdk;

/// <summary>The known name that a misspelled one was probably meant to be.</summary>
static class NearestName
{
    /// <summary>The nearest of the names, or null when none is near.</summary>
    public static string? Of(string word, IEnumerable<string> names)
    {
        // The long common beginning of modules (intelmq.bots.experts.…) makes no other bot a near one.
        var best = (Name: (string?)null, Distance: Math.Clamp(word.Length / 3, 1, 5) + 1);
        foreach (var name in names)
        {
            if (Math.Abs(name.Length - word.Length) >= best.Distance) continue;
            var distance = Distance(word, name);
            if (distance < best.Distance) best = (name, distance);
        }

        return best.Name;
    }

    /// <summary>A sentence that names it, with a blank before, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> names) => Of(word, names) is { } name ? $" Did you mean '{name}'?" : "";

    // Insertions, deletions and replacements; a change of case costs nothing.
    static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                var cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                diagonal = row[j];
                row[j] = cost;
            }
        }

        return row[b.Length];
    }
}
