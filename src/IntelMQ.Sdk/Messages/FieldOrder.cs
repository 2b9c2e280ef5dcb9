using System.Buffers;

namespace IntelMQ.Sdk;

/// <summary>The fields of a message in the order of their names. Known fields are numbered in that order, so most comparisons are of numbers.</summary>
ref struct FieldOrder : IDisposable
{
    /// <summary>Messages of up to this many fields need no array.</summary>
    public const int MostOnStack = 64;

    // Few fields, and those mostly in order already.
    const int MostInserted = 48;

    ushort[]? _rented;

    public FieldOrder(Message message, Span<ushort> stack)
    {
        var slots = message.Slots;
        if (slots.Length > ushort.MaxValue) throw new InvalidMessageException($"The message has {slots.Length} fields; it cannot be written.");
        var indices = slots.Length <= stack.Length ? stack : _rented = ArrayPool<ushort>.Shared.Rent(slots.Length);
        indices = indices[..slots.Length];
        for (var i = 0; i < indices.Length; i++) indices[i] = (ushort)i;
        if (slots.Length <= MostInserted) Insert(indices, slots);
        else Sort(indices, message);
        Indices = indices;
    }

    /// <summary>Indices into the slots of the message, in order.</summary>
    public ReadOnlySpan<ushort> Indices { get; }

    static void Insert(Span<ushort> indices, ReadOnlySpan<Slot> slots)
    {
        for (var i = 1; i < indices.Length; i++)
        {
            var index = indices[i];
            var field = slots[index].Field;
            var at = i;
            for (; at > 0 && Compare(slots[indices[at - 1]].Field, field) > 0; at--) indices[at] = indices[at - 1];
            indices[at] = index;
        }
    }

    static void Sort(Span<ushort> indices, Message message)
    {
        var fields = new Field[indices.Length];
        for (var i = 0; i < fields.Length; i++) fields[i] = message.Slots[i].Field;
        fields.AsSpan().Sort(indices, Compare);
    }

    static int Compare(Field a, Field b) => a.Number >= 0 && b.Number >= 0 ? a.Number - b.Number : CodePointOrder.Comparer.Compare(a.Name, b.Name);

    public void Dispose()
    {
        if (_rented is not null) ArrayPool<ushort>.Shared.Return(_rented);
        _rented = null;
    }
}
