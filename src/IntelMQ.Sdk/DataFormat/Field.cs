using System.Runtime.CompilerServices;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>The name of a key of a message. What a value under it must look like is told by the <see cref="DataFormat"/>.</summary>
public class Field : IEquatable<Field>
{
    /// <summary>The full name with dots, as it is on the wire: <c>source.ip</c>, <c>extra.tag</c>.</summary>
    public string Name { get; }

    /// <summary>Place in the list of shipped fields, or -1 for a field of the user, of a package, or below <c>extra</c>.</summary>
    internal int Number { get; }

    /// <summary>The name as UTF-8.</summary>
    internal byte[] Utf8Name { get; }

    /// <summary>The name as a JSON member with colon and blank, as the original writes it.</summary>
    internal byte[] JsonMember { get; }

    /// <summary>Whether no other object stands for the same name: not so for names beyond the limit of <see cref="FieldTable"/>.</summary>
    internal bool IsOnlyOne { get; init; }

    /// <summary>What <see cref="MessageRules"/> said when it was last asked for the field.</summary>
    internal KnownRule? LastRule { get; set; }

    int _rank;

    /// <summary>
    /// Place among all names in the order of code points: odd for shipped fields, even (and shared) for those between
    /// two of them.
    /// </summary>
    internal int Rank => _rank != 0 ? _rank : _rank = FieldTable.RankOf(this);

    internal Field(string name, int number)
    {
        Name = name;
        Number = number;
        Utf8Name = Encoding.UTF8.GetBytes(name);
        JsonMember = PythonJson.Member(name);
        if (number < 0) return;
        IsOnlyOne = true;
        FieldTable.AddKnown(this);
    }

    /// <summary>The field of that name; the same object for the same name as long as names are not unreasonably many.</summary>
    public static Field Named(string name)
    {
        RuntimeHelpers.RunClassConstructor(typeof(Fields).TypeHandle);
        return FieldTable.Find(name);
    }

    /// <summary>The field of the name that these bytes are in UTF-8, as <see cref="Named(string)"/>.</summary>
    public static Field Named(ReadOnlySpan<byte> utf8)
    {
        RuntimeHelpers.RunClassConstructor(typeof(Fields).TypeHandle);
        return FieldTable.Find(utf8);
    }

    /// <summary>The field below this one: <c>extra</c> and <c>tag</c> make <c>extra.tag</c>.</summary>
    internal Field SubKey(string key) => Named(Name + "." + key);

    /// <inheritdoc />
    public bool Equals(Field? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Number < 0 && other.Number < 0 && string.Equals(Name, other.Name, StringComparison.Ordinal));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Field);

    /// <inheritdoc />
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => Name;
}

/// <summary>What the rules of one kind of message say of a field.</summary>
sealed record KnownRule(MessageRules Of, FieldRule? Rule);

/// <summary>A field whose values have a .NET type that is known when the code is written.</summary>
/// <typeparam name="T">
/// <see cref="string"/>, <see cref="long"/>, <see cref="double"/> or <see cref="bool"/>: how the shipped data format
/// stores the value.
/// </typeparam>
public sealed class Field<T> : Field
{
    internal Field(string name, int number) : base(name, number)
    {
    }
}
