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
    /// <summary>Up to this many fields are searched one by one.</summary>
    const int MostSearched = 64;

    Slot[] _slots;
    int _count;
    KnownFields _known;

    // Where each field is, for messages with very many of them; null as long as nobody looked, and after a removal.
    Dictionary<Field, int>? _places;

    /// <summary>The bytes the message was read from; slots point into it.</summary>
    internal ReadOnlyMemory<byte> Encoded { get; private set; }

    /// <summary>Number of leading slots that are exactly what <see cref="Encoded"/> holds, in its order; -1 when it no longer fits.</summary>
    internal int Pristine { get; private set; } = -1;

    private protected Message(DataFormat format, bool isEvent)
    {
        Format = format;
        Rules = isEvent ? format.Event : format.Report;
        _slots = [];
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
        var result = Apply(field, value, sanitize: true, overwrite: false, out var refusal);
        if (result == AddResult.Exists) throw new KeyExistsException(field.Name);
        if (result == AddResult.Invalid) throw refusal.ToException(field);
    }

    /// <summary>Like <see cref="Add"/>, but tells what came of it instead of throwing.</summary>
    /// <exception cref="InvalidKeyException">The data format has no such field.</exception>
    public AddResult TryAdd(Field field, FieldValue value) => Apply(field, value, sanitize: true, overwrite: false, out _);

    /// <summary>Sanitizes a value and puts it in the place of the one that is there. Null, <c>""</c>, <c>-</c> and <c>N/A</c> remove the field.</summary>
    /// <exception cref="InvalidKeyException">The data format has no such field.</exception>
    /// <exception cref="InvalidValueException">The value does not fit the field; the old value stays.</exception>
    public void Set(Field field, FieldValue value)
    {
        if (Apply(field, value, sanitize: true, overwrite: true, out var refusal) == AddResult.Invalid) throw refusal.ToException(field);
    }

    /// <summary>Like <see cref="Set"/>, but a value that does not fit leaves the message as it is.</summary>
    /// <exception cref="InvalidKeyException">The data format has no such field.</exception>
    public AddResult TrySet(Field field, FieldValue value) => Apply(field, value, sanitize: true, overwrite: true, out _);

    /// <summary>Like <see cref="Set"/>, but only for a field that has a value.</summary>
    /// <exception cref="KeyNotExistsException">The field has no value.</exception>
    /// <exception cref="InvalidKeyException">The data format has no such field.</exception>
    /// <exception cref="InvalidValueException">The value does not fit the field; the old value stays.</exception>
    public void Change(Field field, FieldValue value)
    {
        if (!Exists(field)) throw new KeyNotExistsException(field.Name);
        Set(field, value);
    }

    /// <summary>
    /// Takes over many values in their order, each in the place of the one that is there: one that is valid as it is
    /// stays so, another one is sanitized, and null, <c>""</c>, <c>-</c> and <c>N/A</c> remove a field.
    /// </summary>
    /// <exception cref="InvalidKeyException">The data format has no field of such a name; what came before is stored.</exception>
    /// <exception cref="InvalidValueException">A value does not fit its field; what came before is stored.</exception>
    public void Update(IEnumerable<KeyValuePair<string, object?>> values)
    {
        foreach (var (name, value) in values) Adopt(Field.Named(name), FieldValue.From(value), overwrite: true);
    }

    /// <summary>
    /// Takes over one value, in the place of the one that is there: one that is valid as it is stays so, another one is
    /// sanitized, and null, <c>""</c>, <c>-</c> and <c>N/A</c> remove the field.
    /// </summary>
    /// <exception cref="InvalidKeyException">The data format has no such field.</exception>
    /// <exception cref="InvalidValueException">The value does not fit the field; the old value stays.</exception>
    public void Update(Field field, FieldValue value) => Adopt(field, value, overwrite: true);

    /// <summary>Takes a value over that is already in form: one that is valid is stored as it is, another one is sanitized first.</summary>
    /// <exception cref="KeyExistsException">The field has a value, which is not to be overwritten.</exception>
    /// <exception cref="InvalidKeyException">The data format has no such field.</exception>
    /// <exception cref="InvalidValueException">The value does not fit the field.</exception>
    internal void Adopt(Field field, in FieldValue value, bool overwrite = false)
    {
        if (TryAdopt(field, value, overwrite) == AddResult.Exists) throw new KeyExistsException(field.Name);
    }

    /// <summary>As <see cref="Adopt"/>, but only tells when the field has a value already.</summary>
    internal AddResult TryAdopt(Field field, in FieldValue value, bool overwrite)
    {
        var result = Apply(field, value, sanitize: false, overwrite, out var refusal);
        // A text under raw that is no Base64 is broken; sanitizing would take it for data that is yet to be encoded.
        if (result == AddResult.Invalid && !(value.Text is not null && Rules.Find(field)!.Type == DataType.Base64))
            result = Apply(field, value, sanitize: true, overwrite, out refusal);
        return result == AddResult.Invalid ? throw refusal.ToException(field) : result;
    }

    /// <summary>What all ways to store a value do, in the original's order.</summary>
    internal AddResult Apply(Field field, in FieldValue value, bool sanitize, bool overwrite, out Refusal refusal)
    {
        refusal = default;
        if (!overwrite && Exists(field)) return AddResult.Exists;
        if (IsIgnored(value))
        {
            if (overwrite) Remove(field);
            return AddResult.Ignored;
        }

        var rule = Rules.Find(field) ?? throw new InvalidKeyException(field.Name, Rules.WhyUnknown(field));
        if (!rule.TryAccept(value, sanitize, out var accepted, out refusal)) return AddResult.Invalid;
        if (rule.IsContainer) StoreBelow(field, accepted);
        else if (overwrite) Put(field, accepted);
        else Append(field, accepted);
        return AddResult.Stored;
    }

    bool Exists(Field field) => IndexOf(field) >= 0 || (ReferenceEquals(field, Fields.Extra) && FirstBelow(field) >= 0);

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

    /// <summary>The fields that have a value and whose names begin with a text, in order.</summary>
    public IEnumerable<KeyValuePair<Field, FieldValue>> FindItems(string prefix)
    {
        for (var i = 0; i < _count; i++)
            if (_slots[i].Field.Name.StartsWith(prefix, StringComparison.Ordinal))
                yield return new(_slots[i].Field, Value(i));
    }

    /// <summary>Gives a message that was just created all fields of another one.</summary>
    private protected void TakeFieldsOf(Message other)
    {
        Encoded = other.Encoded;
        Pristine = other.Pristine;
        _slots = (Slot[])other._slots.Clone();
        _count = other._count;
        _known = other._known;
    }

    /// <summary>The message as a map, for templates and formats of other systems.</summary>
    public OrderedDictionary<string, object?> ToMap(MessageJsonOptions? options = null) => MessageJson.ToMap(this, options ?? MessageJsonOptions.Default);

    /// <summary>Writes the message as JSON for other systems: members sorted, non-ASCII characters as they are.</summary>
    public void WriteJson(System.Buffers.IBufferWriter<byte> to, MessageJsonOptions? options = null) => MessageJson.Write(to, this, options ?? MessageJsonOptions.Default);

    /// <summary>The text that <see cref="WriteJson"/> writes.</summary>
    public string ToJson(MessageJsonOptions? options = null)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        WriteJson(buffer, options);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    internal static bool IsIgnored(in FieldValue value) => value.Reference switch
    {
        null => true,
        string { Length: <= 3 } text => text is "" or "-" or "N/A",
        ByteRun => value.TryGetUtf8(out var utf8) && (utf8.IsEmpty || utf8.SequenceEqual("-"u8) || utf8.SequenceEqual("N/A"u8)),
        _ => false,
    };

    void StoreBelow(Field container, in FieldValue value)
    {
        var map = value.Map ?? (IReadOnlyDictionary<string, object?>)PythonJsonReader.Parse(Encoding.UTF8.GetBytes(value.Text!))!;
        var isExtra = ReferenceEquals(container, Fields.Extra);
        if (isExtra) RemoveBelow(container);
        foreach (var (key, item) in map)
        {
            var member = FieldValue.From(item);
            // Only below extra are empty values kept.
            if (!member.IsNone && (isExtra || !IsEmpty(member))) Put(container.SubKey(key), member);
        }
    }

    static bool IsEmpty(in FieldValue value) => IsIgnored(value) || value.List is { Count: 0 } || value.Map is { Count: 0 };

    /// <summary>Stores without any check.</summary>
    internal void Put(Field field, in FieldValue value)
    {
        var i = IndexOf(field);
        if (i < 0)
        {
            Append(field, value);
            return;
        }

        if (i < Pristine) Pristine = -1;
        ref var slot = ref _slots[i];
        slot.Reference = value.Reference;
        slot.Bits = value.Bits;
    }

    /// <summary>Stores in a field that has no value.</summary>
    void Append(Field field, in FieldValue value)
    {
        if (_count == _slots.Length) Grow();
        ref var slot = ref _slots[_count];
        slot.Field = field;
        slot.Reference = value.Reference;
        slot.Bits = value.Bits;
        _places?.TryAdd(field, _count);
        _known.Add(field.Number);
        _count++;
    }

    /// <summary>How many fields a message that was just created gets room for at once.</summary>
    internal int Room { get; init; }

    /// <summary>A new event gets room for what most events have; a message that was read has a little to spare.</summary>
    void Grow() => Array.Resize(ref _slots, _count > 0 ? _count + Math.Max(8, _count / 2) : Room > 0 ? Room : this is Event ? 28 : 12);

    void RemoveAt(int i)
    {
        if (i < Pristine) Pristine = -1;
        _places = null;
        _known.Remove(_slots[i].Field.Number);
        _count--;
        Array.Copy(_slots, i + 1, _slots, i, _count - i);
        _slots[_count] = default;
    }

    bool RemoveBelow(Field container)
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (!IsBelow(_slots[i].Field, container)) _slots[kept++] = _slots[i];
            else Forget(i);
        }

        var removed = _count - kept;
        if (removed == 0) return false;
        Array.Clear(_slots, kept, removed);
        _count = kept;
        _places = null;
        return true;
    }

    void Forget(int i)
    {
        _known.Remove(_slots[i].Field.Number);
        if (i < Pristine) Pristine = -1;
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
            NestedMap.Put(map, _slots[i].Field.Name, Value(i).ToObject());
        }

        return map is null ? FieldValue.None : FieldValue.From(map[container.Name]);
    }

    int IndexOf(Field field)
    {
        if (!_known.MayHave(field.Number)) return -1;
        if (_count > MostSearched) return IndexOfMany(field);
        var slots = _slots;
        for (var i = 0; i < _count; i++)
            if (ReferenceEquals(slots[i].Field, field))
                return i;
        return field.IsOnlyOne ? -1 : IndexOfName(field);
    }

    // Only for names beyond the table's limit is the same name another object.
    int IndexOfName(Field field)
    {
        for (var i = 0; i < _count; i++)
            if (_slots[i].Field.Equals(field))
                return i;
        return -1;
    }

    // A hostile message may have a field below extra for every few of its bytes.
    int IndexOfMany(Field field)
    {
        if (_places is null)
        {
            _places = new(_count * 2);
            for (var i = 0; i < _count; i++) _places.TryAdd(_slots[i].Field, i);
        }

        return _places.GetValueOrDefault(field, -1);
    }

    internal FieldValue Value(int i)
    {
        ref var slot = ref _slots[i];
        if (slot.Reference is null)
        {
            BinaryForm.DecodeValue(slot.In(Encoded.Span), ref slot);
        }
        else if (slot.Reference is ByteRun { Kind: ValueKind.Text } run)
        {
            // Who asks once often asks again.
            slot.Reference = run.ToText(slot.Bits);
            slot.Bits = 0;
        }

        return new FieldValue(slot.Reference, slot.Bits);
    }

    /// <summary>Writes one field as a JSON member; a text that nobody asked for goes from its encoded bytes to the JSON directly.</summary>
    internal void WriteField(System.Buffers.IBufferWriter<byte> to, int i, ReadOnlySpan<byte> separator, bool ascii)
    {
        ref readonly var slot = ref _slots[i];
        var field = slot.Field;
        // Without escapes the prepared member is only quotes, colon and blank longer than the name, and the same in both spellings.
        var member = ascii || field.JsonMember.Length == field.Utf8Name.Length + 4 ? field.JsonMember : PythonJson.Member(field.Name, ascii: false);
        if (slot.Reference is string text)
        {
            PythonJson.WriteMember(to, separator, member, text, ascii);
            return;
        }

        var isText = TryGetEncodedText(i, out var utf8);
        PythonJson.WriteMemberName(to, separator, member);
        if (isText) PythonJson.WriteUtf8String(to, utf8, ascii);
        else PythonJson.Write(to, Value(i), ascii, sorted: !ascii);
    }

    /// <summary>The UTF-8 of a text that lies in other bytes and that nobody has asked for yet.</summary>
    internal bool TryGetEncodedText(int i, out ReadOnlySpan<byte> utf8)
    {
        ref readonly var slot = ref _slots[i];
        return slot.Reference is null
            ? BinaryForm.TryGetText(slot.In(Encoded.Span), out utf8)
            : new FieldValue(slot.Reference, slot.Bits).TryGetUtf8(out utf8);
    }

    /// <summary>As <see cref="TryGetEncodedText(int, out ReadOnlySpan{byte})"/>, for a field.</summary>
    private protected bool TryGetEncodedText(Field field, out ReadOnlySpan<byte> utf8)
    {
        utf8 = default;
        return IndexOf(field) is >= 0 and var i && TryGetEncodedText(i, out utf8);
    }

    /// <summary>Raw data that came from the wire and that nobody has asked for yet.</summary>
    private protected bool TryGetEncodedBytes(Field field, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        return IndexOf(field) is >= 0 and var i && _slots[i].Reference is null && BinaryForm.TryGetBytes(_slots[i].In(Encoded), out bytes);
    }

    /// <summary>Gives a message that was just created the fields that a binary form holds; nothing is decoded yet.</summary>
    internal void Attach(ReadOnlyMemory<byte> encoded)
    {
        Encoded = encoded;
        _slots = BinaryForm.ReadSlots(encoded.Span, out _count, out _known);
        Pristine = _count;
    }

    /// <inheritdoc />
    public override string ToString() => Encoding.UTF8.GetString(JsonForm.Write(this));
}

/// <summary>One field of a message: its value, or the place of its encoded value as long as nobody asked for it.</summary>
struct Slot
{
    public Field Field;

    /// <summary>As in a <see cref="FieldValue"/>; null as long as the value is encoded.</summary>
    public object? Reference;

    /// <summary>As in a <see cref="FieldValue"/>; of an encoded value, where in <see cref="Message.Encoded"/> it stands.</summary>
    public long Bits;

    /// <summary>Says where an encoded value stands.</summary>
    public void Place(int start, int length) => Bits = ((long)start << 32) | (uint)length;

    /// <summary>The bytes of an encoded value.</summary>
    public readonly ReadOnlySpan<byte> In(ReadOnlySpan<byte> encoded) => encoded.Slice((int)(Bits >> 32), (int)Bits);

    /// <inheritdoc cref="In(ReadOnlySpan{byte})"/>
    public readonly ReadOnlyMemory<byte> In(ReadOnlyMemory<byte> encoded) => encoded.Slice((int)(Bits >> 32), (int)Bits);
}

/// <summary>Which of the shipped fields a message has: most questions for a field are answered with no.</summary>
struct KnownFields
{
    const int Most = 128;

    ulong _low;
    ulong _high;

    public void Add(int number)
    {
        if ((uint)number < 64) _low |= 1ul << number;
        else if ((uint)number < Most) _high |= 1ul << number;
    }

    public void Remove(int number)
    {
        if ((uint)number < 64) _low &= ~(1ul << number);
        else if ((uint)number < Most) _high &= ~(1ul << number);
    }

    /// <summary>False when the field is not there; true means nothing for fields that are not shipped.</summary>
    public readonly bool MayHave(int number) =>
        (uint)number < 64 ? (_low >> number & 1) != 0 : (uint)number >= Most || (_high >> number & 1) != 0;
}
