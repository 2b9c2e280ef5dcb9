using System.Collections.Concurrent;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>
/// All fields seen so far, by text and by UTF-8 name. Messages compare fields by reference, so the same name should be
/// the same object; a limit keeps hostile input (a new key below <c>extra</c> per event) from filling the memory.
/// </summary>
static class FieldTable
{
    const int MostNames = 65_536;

    static readonly Field?[] Known = new Field?[Fields.KnownCount];
    static readonly ConcurrentDictionary<string, Field> ByName = new(StringComparer.Ordinal);
    static readonly Lock Growing = new();

    // First asked for when a message is sorted, and no message can be made before all known fields are.
    static readonly Lazy<string[]> KnownNames = new(static () => [.. Known.Select(field => field!.Name).Order(CodePointOrder.Comparer)]);

    // Open addressing over UTF-8 names; replaced as a whole when it grows, so that readers need no lock.
    static volatile Field?[] byUtf8 = new Field?[512];
    static int utf8Count;

    public static void AddKnown(Field field)
    {
        Known[field.Number] = field;
        ByName[field.Name] = field;
        Insert(field);
    }

    public static Field? FromNumber(int number) => (uint)number < (uint)Known.Length ? Known[number] : null;

    /// <summary>
    /// Where the name of a field stands among those of the known fields: odd for one of these, even for what lies
    /// between two of them.
    /// </summary>
    public static int RankOf(Field field)
    {
        var names = KnownNames.Value;
        var place = Array.BinarySearch(names, field.Name, CodePointOrder.Comparer);
        return place >= 0 ? (2 * place) + 3 : (2 * ~place) + 2;
    }

    public static Field Find(string name)
    {
        if (ByName.TryGetValue(name, out var field)) return field;
        // Not the count of the dictionary: it takes a thousand locks.
        if (Volatile.Read(ref utf8Count) >= MostNames) return new Field(name, -1);

        field = ByName.GetOrAdd(name, static n => new Field(n, -1) { IsOnlyOne = true });
        Insert(field);
        return field;
    }

    public static Field Find(ReadOnlySpan<byte> utf8Name)
    {
        var table = byUtf8;
        var mask = table.Length - 1;
        for (var i = Hash(utf8Name) & mask; table[i] is { } candidate; i = (i + 1) & mask)
        {
            if (utf8Name.SequenceEqual(candidate.Utf8Name)) return candidate;
        }

        return Find(Encoding.UTF8.GetString(utf8Name));
    }

    static void Insert(Field field)
    {
        lock (Growing)
        {
            var table = byUtf8;
            if (utf8Count * 2 >= table.Length)
            {
                var larger = new Field?[table.Length * 2];
                foreach (var existing in table)
                    if (existing is not null)
                        Place(larger, existing);
                byUtf8 = table = larger;
            }

            if (Place(table, field)) utf8Count++;
        }
    }

    static bool Place(Field?[] table, Field field)
    {
        var mask = table.Length - 1;
        var i = Hash(field.Utf8Name) & mask;
        while (table[i] is { } occupant)
        {
            if (occupant.Utf8Name.AsSpan().SequenceEqual(field.Utf8Name)) return false;
            i = (i + 1) & mask;
        }

        Volatile.Write(ref table[i], field);
        return true;
    }

    static int Hash(ReadOnlySpan<byte> name)
    {
        // FNV-1a over at most the last 16 bytes: names differ at their end (source.ip, source.port).
        var hash = 2166136261u ^ (uint)name.Length;
        foreach (var b in name.Length > 16 ? name[^16..] : name) hash = (hash ^ b) * 16777619u;
        return (int)(hash ^ (hash >> 15));
    }
}
