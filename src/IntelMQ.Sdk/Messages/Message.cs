using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>What came of an attempt to add a value to a message.</summary>
public enum AddResult
{
    /// <summary>The value is in the message now.</summary>
    Stored,

    /// <summary>Null, an empty text, <c>-</c> or <c>N/A</c>: nothing to store.</summary>
    Ignored,

    /// <summary>The field already has a value, which stays.</summary>
    Exists,

    /// <summary>The value does not fit the field, even after sanitizing.</summary>
    Invalid,
}

/// <summary>What travels between bots: a flat map from fields to values in the order in which they were added.</summary>
/// <remarks>
/// A message belongs to one bot at a time and is not for use by several threads. Values read from the wire are decoded
/// when they are asked for, and what nobody touched is passed on as the bytes it came as.
/// </remarks>
public abstract class Message
{
    Slot[] _slots;
    int _count;

    /// <summary>The bytes the message was read from; slots point into it.</summary>
    internal ReadOnlyMemory<byte> Encoded { get; private set; }

    /// <summary>Number of leading slots that are exactly what <see cref="Encoded"/> holds, in its order; -1 when it no longer fits.</summary>
    internal int Pristine { get; private set; } = -1;

    private protected Message(DataFormat format, bool isEvent)
    {
        Format = format;
        Rules = isEvent ? format.Event : format.Report;
        _slots = new Slot[isEvent ? 24 : 10];
    }

    /// <summary>The data format that its values follow.</summary>
    public DataFormat Format { get; }

    internal MessageRules Rules { get; }

    /// <summary><c>Event</c> or <c>Report</c>, as <c>__type</c> says it on the wire.</summary>
    public abstract string TypeName { get; }

    /// <summary>Number of fields that have a value.</summary>
    public int Count => _count;

    internal ReadOnlySpan<Slot> Slots => _slots.AsSpan(0, _count);

    /// <summary>Whether the field has a value. For <c>extra</c>: whether any field below it has.</summary>
    public bool Has(Field field) => IndexOf(field) >= 0 || (Rules.IsContainer(field) && FirstBelow(field) >= 0);

    /// <summary>The value of a field, or <see cref="FieldValue.None"/>. For <c>extra</c>: a map of all below it.</summary>
    public FieldValue Get(Field field)
    {
        var i = IndexOf(field);
        if (i >= 0) return Value(i);
        return Rules.IsContainer(field) ? GetContainer(field) : FieldValue.None;
    }

    /// <summary>The value of the field with that name, as <see cref="Get(Field)"/>.</summary>
    public FieldValue Get(string name) => Get(Field.Named(name));

    /// <summary>The value of a field in its .NET type.</summary>
    /// <returns>False when the field has no value, or (in a data format that the user changed) one of another type.</returns>
    public bool TryGet<T>(Field<T> field, [MaybeNullWhen(false)] out T value)
    {
        var i = IndexOf(field);
        if (i < 0)
        {
            value = default;
            return false;
        }

        return Read(Value(i), out value);
    }

    static bool Read<T>(in FieldValue from, [MaybeNullWhen(false)] out T value)
    {
        if (typeof(T) == typeof(string))
        {
            value = (T)(object)from.ToString();
            return true;
        }

        if (typeof(T) == typeof(long) && from.TryGetInteger(out var integer))
        {
            value = (T)(object)integer;
            return true;
        }

        if (typeof(T) == typeof(double) && from.TryGetNumber(out var number))
        {
            value = (T)(object)number;
            return true;
        }

        if (typeof(T) == typeof(bool) && from.TryGetBoolean(out var boolean))
        {
            value = (T)(object)boolean;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Sanitizes a value and adds it to a field that has none. Null, <c>""</c>, <c>-</c> and <c>N/A</c> add nothing.</summary>
    /// <exception cref="KeyExistsException">The field has a value.</exception>
    /// <exception cref="InvalidKeyException">The data format has no such field.</exception>
    /// <exception cref="InvalidValueException">The value does not fit the field.</exception>
    public void Add(Field field, FieldValue value)
    {
        if (IndexOf(field) >= 0) throw new KeyExistsException(field.Name);
        if (IsIgnored(value)) return;
        if (!Store(field, value, sanitize: true, out var reason)) throw new InvalidValueException(field.Name, value, reason);
    }

    /// <summary>Like <see cref="Add"/>, but tells what came of it instead of throwing.</summary>
    /// <exception cref="InvalidKeyException">The data format has no such field.</exception>
    public AddResult TryAdd(Field field, FieldValue value)
    {
        if (IndexOf(field) >= 0) return AddResult.Exists;
        if (IsIgnored(value)) return AddResult.Ignored;
        return Store(field, value, sanitize: true, out _) ? AddResult.Stored : AddResult.Invalid;
    }

    /// <summary>Sanitizes a value and puts it in the place of the one that is there. Null, <c>""</c>, <c>-</c> and <c>N/A</c> remove the field.</summary>
    /// <exception cref="InvalidKeyException">The data format has no such field.</exception>
    /// <exception cref="InvalidValueException">The value does not fit the field; the old value stays.</exception>
    public void Set(Field field, FieldValue value)
    {
        if (IsIgnored(value))
        {
            Remove(field);
            return;
        }

        if (!Store(field, value, sanitize: true, out var reason)) throw new InvalidValueException(field.Name, value, reason);
    }

    /// <summary>Like <see cref="Set"/>, but a value that does not fit leaves the message as it is.</summary>
    /// <exception cref="InvalidKeyException">The data format has no such field.</exception>
    public AddResult TrySet(Field field, FieldValue value)
    {
        if (IsIgnored(value))
        {
            Remove(field);
            return AddResult.Ignored;
        }

        return Store(field, value, sanitize: true, out _) ? AddResult.Stored : AddResult.Invalid;
    }

    /// <summary>Takes a value over that is already in form: one that is valid is stored as it is, another one is sanitized first.</summary>
    /// <exception cref="InvalidKeyException">The data format has no such field.</exception>
    /// <exception cref="InvalidValueException">The value does not fit the field.</exception>
    internal void Adopt(Field field, FieldValue value)
    {
        if (IsIgnored(value)) return;
        if (Store(field, value, sanitize: false, out _)) return;
        if (!Store(field, value, sanitize: true, out var reason)) throw new InvalidValueException(field.Name, value, reason);
    }

    /// <summary>Removes a field; <c>extra</c> removes all below it.</summary>
    /// <returns>Whether there was something to remove.</returns>
    public bool Remove(Field field)
    {
        var i = IndexOf(field);
        if (i >= 0)
        {
            RemoveAt(i);
            return true;
        }

        return Rules.IsContainer(field) && RemoveBelow(field);
    }

    /// <summary>All fields that have a value, with it, in order.</summary>
    public IEnumerable<KeyValuePair<Field, FieldValue>> Items
    {
        get
        {
            for (var i = 0; i < _count; i++) yield return new(_slots[i].Field, Value(i));
        }
    }

    static bool IsIgnored(in FieldValue value) => value.Reference switch
    {
        null => true,
        string { Length: <= 3 } text => text is "" or "-" or "N/A",
        _ => false,
    };

    bool Store(Field field, in FieldValue value, bool sanitize, out string? reason)
    {
        var rule = Rules.Find(field) ?? throw new InvalidKeyException(field.Name, Rules.WhyUnknown(field));
        if (!rule.TryAccept(value, sanitize, out var accepted, out reason)) return false;
        if (rule.IsContainer) return StoreBelow(field, accepted, out reason);

        Put(field, accepted);
        return true;
    }

    bool StoreBelow(Field container, in FieldValue value, out string? reason)
    {
        reason = null;
        var map = value.Map ?? (PythonJsonReader.TryParse(value.Text ?? "", out var parsed) ? parsed as IReadOnlyDictionary<string, object?> : null);
        if (map is null)
        {
            reason = "is not a JSON object.";
            return false;
        }

        RemoveBelow(container);
        foreach (var (key, item) in map)
        {
            if (item is not null) Put(container.SubKey(key), FieldValue.From(item));
        }

        return true;
    }

    /// <summary>Stores without any check.</summary>
    internal void Put(Field field, in FieldValue value)
    {
        var i = IndexOf(field);
        if (i < 0)
        {
            if (_count == _slots.Length) Array.Resize(ref _slots, _slots.Length * 2);
            i = _count++;
            _slots[i].Field = field;
        }
        else if (i < Pristine)
        {
            Pristine = -1;
        }

        ref var slot = ref _slots[i];
        slot.Reference = value.Reference;
        slot.Bits = value.Bits;
        slot.Length = -1;
    }

    void RemoveAt(int i)
    {
        if (i < Pristine) Pristine = -1;
        _count--;
        Array.Copy(_slots, i + 1, _slots, i, _count - i);
        _slots[_count] = default;
    }

    bool RemoveBelow(Field container)
    {
        var removed = false;
        for (var i = _count - 1; i >= 0; i--)
        {
            if (!IsBelow(_slots[i].Field, container)) continue;
            RemoveAt(i);
            removed = true;
        }

        return removed;
    }

    int FirstBelow(Field container)
    {
        for (var i = 0; i < _count; i++)
            if (IsBelow(_slots[i].Field, container))
                return i;
        return -1;
    }

    static bool IsBelow(Field field, Field container) =>
        field.Name.Length > container.Name.Length
        && field.Name[container.Name.Length] == '.'
        && field.Name.StartsWith(container.Name, StringComparison.Ordinal);

    FieldValue GetContainer(Field container)
    {
        OrderedDictionary<string, object?>? map = null;
        for (var i = 0; i < _count; i++)
        {
            if (!IsBelow(_slots[i].Field, container)) continue;
            map ??= new(StringComparer.Ordinal);
            NestedMap.Put(map, _slots[i].Field.Name.AsSpan(container.Name.Length + 1), Value(i).ToObject());
        }

        return FieldValue.From(map);
    }

    int IndexOf(Field field)
    {
        var slots = _slots;
        for (var i = 0; i < _count; i++)
            if (ReferenceEquals(slots[i].Field, field))
                return i;
        return field.Number >= 0 ? -1 : IndexOfName(field);
    }

    // Only for names beyond the table's limit is the same name another object.
    int IndexOfName(Field field)
    {
        for (var i = 0; i < _count; i++)
            if (_slots[i].Field.Equals(field))
                return i;
        return -1;
    }

    internal FieldValue Value(int i)
    {
        ref var slot = ref _slots[i];
        if (slot.Reference is null) BinaryForm.DecodeValue(Encoded.Span.Slice(slot.Start, slot.Length), ref slot);
        return new FieldValue(slot.Reference, slot.Bits);
    }

    /// <summary>Gives a message that was just created the fields that a binary form holds; nothing is decoded yet.</summary>
    internal void Attach(ReadOnlyMemory<byte> encoded)
    {
        Encoded = encoded;
        BinaryForm.ReadSlots(encoded.Span, ref _slots, out _count);
        Pristine = _count;
    }

    /// <inheritdoc />
    public override string ToString() => Encoding.UTF8.GetString(JsonForm.Write(this));
}

/// <summary>One field of a message: its value, or the place of its encoded value as long as nobody asked for it.</summary>
struct Slot
{
    public Field Field;
    public object? Reference;
    public long Bits;

    /// <summary>Where in <see cref="Message.Encoded"/> the value stands.</summary>
    public int Start;

    /// <summary>Its length there; -1 for a value that was stored since.</summary>
    public int Length;
}
