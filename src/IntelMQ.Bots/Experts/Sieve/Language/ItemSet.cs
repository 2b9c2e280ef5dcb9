namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>The different items of a list in a rule, to compare with lists in messages.</summary>
sealed class ItemSet
{
    const int MostOnStack = 256;

    readonly Dictionary<FieldValue, int> _numbers = new(PythonEquality.Instance);

    public ItemSet(IEnumerable<FieldValue> items)
    {
        foreach (var item in items) _numbers.TryAdd(item, _numbers.Count);
    }

    /// <summary>Compares as sets: the order and how often an item is there do not count.</summary>
    /// <exception cref="InvalidMessageException">An item of the list is a list or an object, which no set can have.</exception>
    public bool Compare(ListOperator kind, IReadOnlyList<object?> list)
    {
        Span<bool> found = _numbers.Count <= MostOnStack ? stackalloc bool[MostOnStack] : new bool[_numbers.Count];
        found.Clear();
        var (common, hasOther) = (0, false);
        for (var i = 0; i < list.Count; i++)
        {
            var item = FieldValue.From(list[i]);
            if (item.Kind is ValueKind.List or ValueKind.Map) throw new InvalidMessageException($"The item {PythonValues.Repr(item)} of a list cannot be compared as one of a set.");
            if (!_numbers.TryGetValue(item, out var number))
            {
                hasOther = true;
            }
            else if (!found[number])
            {
                found[number] = true;
                common++;
            }
        }

        return kind switch
        {
            ListOperator.Overlaps => common > 0,
            ListOperator.SubsetOf => !hasOther,
            ListOperator.SupersetOf => common == _numbers.Count,
            _ => !hasOther && common == _numbers.Count,
        };
    }
}

/// <summary>1, 1.0 and true are the same.</summary>
sealed class PythonEquality : IEqualityComparer<FieldValue>
{
    public static PythonEquality Instance { get; } = new();

    public bool Equals(FieldValue x, FieldValue y) => PythonValues.AreEqual(x, y);

    public int GetHashCode(FieldValue value) =>
        value.TryGetNumber(out var number) ? number.GetHashCode()
        : value.TryGetBoolean(out var boolean) ? (boolean ? 1.0 : 0.0).GetHashCode()
        : value.Text is { } text ? text.GetHashCode(StringComparison.Ordinal)
        : 0;
}
