using System.Globalization;

namespace IntelMQ.Configuration.Upgrading;

/// <summary>A version of the original: numbers, and words for what came before a release (<c>1.0.0.dev7</c>, <c>3.3.2.alpha.1</c>).</summary>
internal sealed class UpgradeVersion : IComparable<UpgradeVersion>, IEquatable<UpgradeVersion>
{
    UpgradeVersion(IReadOnlyList<object> parts) => Parts = parts;

    /// <summary>Numbers (<see cref="long"/>) and words, as the state file lists them.</summary>
    public IReadOnlyList<object> Parts { get; }

    /// <summary>The version of a list as in the state file; null where it is none.</summary>
    public static UpgradeVersion? Of(IEnumerable<object?> parts)
    {
        var known = new List<object>();
        foreach (var part in parts)
        {
            switch (part)
            {
                case long or string { Length: > 0 }:
                    known.Add(part);
                    break;
                default:
                    return null;
            }
        }

        return known is [long, ..] ? new UpgradeVersion(known) : null;
    }

    /// <summary>The version that a text names; null where it is none.</summary>
    public static UpgradeVersion? Of(string text)
    {
        var parts = new List<object?>();
        foreach (var part in text.Split('.'))
        {
            var isNumber = long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            parts.Add(isNumber ? number : part.Length > 0 && part.All(char.IsAsciiLetterOrDigit) ? part : null);
        }

        return Of(parts);
    }

    /// <summary>A version without the end of another is the release that the word there comes before, or else the smaller one.</summary>
    public int CompareTo(UpgradeVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        for (var i = 0; i < Math.Min(Parts.Count, other.Parts.Count); i++)
        {
            if (Compare(Parts[i], other.Parts[i]) is not 0 and var difference)
            {
                return difference;
            }
        }

        return Parts.Count == other.Parts.Count ? 0
            : Parts.Count < other.Parts.Count ? (other.Parts[Parts.Count] is string ? 1 : -1)
            : Parts[other.Parts.Count] is string ? -1 : 1;
    }

    static int Compare(object left, object right) =>
        (left, right) switch
        {
            (long a, long b) => a.CompareTo(b),
            (string a, string b) => string.CompareOrdinal(a, b),
            (string, _) => -1,
            _ => 1,
        };

    public bool Equals(UpgradeVersion? other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => Equals(obj as UpgradeVersion);

    public override int GetHashCode() => Parts.Aggregate(0, HashCode.Combine);

    public override string ToString() => string.Join('.', Parts.Select(static part => Convert.ToString(part, CultureInfo.InvariantCulture)));
}
