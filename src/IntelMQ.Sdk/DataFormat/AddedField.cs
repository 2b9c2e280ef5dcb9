namespace IntelMQ.Sdk;

/// <summary>A field that a package adds to the data format.</summary>
/// <param name="Section">The kind of message: <c>event</c> or <c>report</c>.</param>
/// <param name="Name">The full name with dots.</param>
/// <param name="Type">Name of the type, such as <c>IPAddress</c>.</param>
/// <param name="Length">The most characters that the text of a value may have.</param>
/// <param name="Regex">A pattern that must occur in the text of a value, in the dialect of <see cref="PythonRegex"/>.</param>
/// <param name="Description">What the field is for.</param>
/// <param name="CaseInsensitiveRegex">As <paramref name="Regex"/>, whatever the case of letters.</param>
public sealed record AddedField(
    string Section, string Name, string Type, int? Length = null, string? Regex = null, string? Description = null, string? CaseInsensitiveRegex = null);
