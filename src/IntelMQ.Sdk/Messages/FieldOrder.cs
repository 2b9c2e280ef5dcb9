using System.Buffers;

namespace IntelMQ.Sdk;

/// <summary>The fields of a message in the order of their names.</summary>
ref struct FieldOrder : IDisposable
{
    /// <summary>Messages of up to this many fields need no array.</summary>
    public const int MostOnStack = 64;

    // Few fields, and those mostly in order already.
    const int MostInserted = 40;

    const int IndexBits = 16, IndexMask = (1 << IndexBits) - 1;

    int[]? _rented;

    public FieldOrder(Message message, Span<int> stack)
    {
        var slots = message.Slots;
        if (slots.Length > IndexMask) throw new InvalidMessageException($"The message has {slots.Length} fields; it cannot be written.");

        // Rank and index in one number: sorting looks at no field again.
        var keys = slots.Length <= stack.Length ? stack : _rented = ArrayPool<int>.Shared.Rent(slots.Length);
        keys = keys[..slots.Length];
        for (var i = 0; i < keys.Length; i++) keys[i] = (slots[i].Field.Rank << IndexBits) | i;
        if (keys.Length <= MostInserted) Insert(keys);
        else keys.Sort();
        OrderNamesOfOneRank(keys, slots);
        for (var i = 0; i < keys.Length; i++) keys[i] &= IndexMask;
        Indices = keys;
    }

    /// <summary>Indices into the slots of the message, in order.</summary>
    public ReadOnlySpan<int> Indices { get; }

    static void Insert(Span<int> keys)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            var key = keys[i];
            var at = i;
            for (; at > 0 && keys[at - 1] > key; at--) keys[at] = keys[at - 1];
            keys[at] = key;
        }
    }

    // Fields below extra, and a user's own, share the rank between two shipped fields.
    static void OrderNamesOfOneRank(Span<int> keys, ReadOnlySpan<Slot> slots)
    {
        for (var start = 0; start < keys.Length;)
        {
            var end = start + 1;
            while (end < keys.Length && keys[end] >> IndexBits == keys[start] >> IndexBits) end++;
            if (end - start > 1) OrderNames(keys[start..end], slots);
            start = end;
        }
    }

    static void OrderNames(Span<int> keys, ReadOnlySpan<Slot> slots)
    {
        if (keys.Length > MostInserted)
        {
            var names = new string[keys.Length];
            for (var i = 0; i < names.Length; i++) names[i] = slots[keys[i] & IndexMask].Field.Name;
            names.AsSpan().Sort(keys, CodePointOrder.Comparer);
            return;
        }

        for (var i = 1; i < keys.Length; i++)
        {
            var key = keys[i];
            var name = slots[key & IndexMask].Field.Name;
            var at = i;
            for (; at > 0 && CodePointOrder.Comparer.Compare(slots[keys[at - 1] & IndexMask].Field.Name, name) > 0; at--) keys[at] = keys[at - 1];
            keys[at] = key;
        }
    }

    public void Dispose()
    {
        if (_rented is not null) ArrayPool<int>.Shared.Return(_rented);
        _rented = null;
    }
}
