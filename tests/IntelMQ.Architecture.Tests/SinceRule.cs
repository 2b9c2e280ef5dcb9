using System.Reflection;

namespace IntelMQ.Architecture.Tests;

/// <summary>
/// Holds <c>[Since]</c> to the truth: what the last release did not have says with which version it comes, so that a
/// package that uses it gets that version as its lowest when it is packed; what the last release had says nothing newer.
/// </summary>
/// <param name="released">The public API of the last release, as <see cref="PublicApi.Describe"/> writes it; null when nothing was released.</param>
/// <param name="last">The version of the last release.</param>
/// <param name="next">The version that is being worked on.</param>
sealed class SinceRule(string? released, Version last, Version next)
{
    const string Attribute = "IntelMQ.Sdk.Runtime.SinceAttribute";

    readonly HashSet<string> _released = released is null ? [] : [.. Lines(released)];

    /// <summary>Every line of a member below the name of its type.</summary>
    static IEnumerable<string> Lines(string api)
    {
        var type = "";
        foreach (var line in api.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith(' ')) yield return type = NameOf(line);
            else yield return $"{type}|{line.Trim()}";
        }
    }

    // The base class of a type and whether it is sealed may change: it is the same type all the same.
    static string NameOf(string heading)
    {
        var typeAndKind = heading.Split(" : ")[0];
        foreach (var kind in (string[])["class ", "enum ", "interface ", "struct "])
        {
            if (typeAndKind.IndexOf(kind, StringComparison.Ordinal) is >= 0 and var at) return typeAndKind[(at + kind.Length)..];
        }

        return typeAndKind;
    }

    public IEnumerable<string> Objections(IEnumerable<Type> types) => types.SelectMany(Objections);

    IEnumerable<string> Objections(Type type)
    {
        var name = NameOf(PublicApi.Heading(type));
        var isNew = released is not null && !_released.Contains(name);
        if (Objection(type, type.FullName!, isNew, covered: null) is { } objection) yield return objection;
        var covered = isNew ? SinceOf(type) : null;
        foreach (var (member, line) in PublicApi.Members(type))
        {
            var isNewMember = released is not null && !_released.Contains($"{name}|{line}");
            if (isNewMember && !isNew && member is FieldInfo { IsLiteral: true })
                yield return $"{type.FullName}.{member.Name} is new, but constants are copied into packages, so nothing could tell that one uses it: add a static property, or wait for the next major";
            else if (Objection(member, $"{type.FullName}.{member.Name}", isNewMember, covered) is { } wrong) yield return wrong;
        }
    }

    string? Objection(MemberInfo member, string name, bool isNew, Version? covered)
    {
        var since = SinceOf(member);
        if (!isNew) return since > last ? $"{name} was released with {last} at the latest, but says [Since(\"{since}\")]: remove it" : null;
        if (since is null && covered is not null) return null;
        if (since is null) return $"{name} is new: add [Since(\"{next}\")]";
        return since > last && since <= next ? null : $"{name} is new, but says [Since(\"{since}\")]; expected {next}, or a version after {last}";
    }

    static Version? SinceOf(MemberInfo member) =>
        member.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.FullName == Attribute) is { ConstructorArguments: [{ Value: string version }] } ? Version.Parse(version) : null;
}
