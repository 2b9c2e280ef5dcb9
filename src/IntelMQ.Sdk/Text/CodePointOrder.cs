namespace IntelMQ.Sdk;

/// <summary>Order of texts by their Unicode code points: differs from the order of .NET only for characters beyond U+FFFF.</summary>
sealed class CodePointOrder : IComparer<string>
{
    public static CodePointOrder Comparer { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        var common = Math.Min(x.Length, y.Length);
        for (var i = 0; i < common; i++)
        {
            if (x[i] == y[i]) continue;
            // A surrogate stands for a character above all others.
            var (a, b) = (x[i], y[i]);
            if (char.IsSurrogate(a) != char.IsSurrogate(b)) return char.IsSurrogate(a) ? 1 : -1;
            return a - b;
        }

        return x.Length - y.Length;
    }
}
