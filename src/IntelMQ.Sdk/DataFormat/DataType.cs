namespace IntelMQ.Sdk;

/// <summary>A type of the data format: brings values into its form and tells which values have it.</summary>
/// <remarks>
/// No input makes a type throw, and none takes more than time in proportion to its length. Where the original lets an
/// exception escape (padding of Base64, brackets in a URL), the value is invalid here.
/// </remarks>
public abstract partial class DataType
{
    private protected DataType(string name) => Name = name;

    /// <summary>Its name in <c>harmonization.conf</c>, such as <c>IPAddress</c>.</summary>
    public string Name { get; }

    /// <summary>Brings a value into the form of this type.</summary>
    /// <param name="value">Any value, from a feed or from another bot.</param>
    /// <param name="sanitized">The value in its form; may still be one that <see cref="IsValid"/> refuses.</param>
    /// <returns>False when the value cannot be brought into form.</returns>
    public abstract bool TrySanitize(in FieldValue value, out FieldValue sanitized);

    /// <summary>Whether a value may be stored as it is.</summary>
    public abstract bool IsValid(in FieldValue value);

    /// <inheritdoc />
    public override string ToString() => Name;
}
