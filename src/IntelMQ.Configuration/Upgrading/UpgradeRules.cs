using IntelMQ.Configuration.Editing;
using Tree = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace IntelMQ.Configuration.Upgrading;

/// <summary>All rules that bring configurations of the original up to date.</summary>
internal static class UpgradeRules
{
    /// <summary>The versions of the original from the oldest to the newest, also those that changed nothing.</summary>
    public static IReadOnlyList<VersionUpgrades> Versions { get; } = [.. UpgradesToVersion1.All, .. UpgradesToVersion2.All, .. UpgradesToVersion3.All];

    /// <summary>The rule that runs always: the data format has all fields of the shipped one, with their types and patterns.</summary>
    /// <param name="shipped">Content of the shipped <c>harmonization.conf</c>.</param>
    public static UpgradeRule Harmonization(IReadOnlyDictionary<string, object?> shipped) =>
        UpgradeRule.Changing("harmonization", "Checks if all harmonization fields and types are correct", draft =>
        {
            if (draft.Harmonization is { } format)
            {
                Complete(format, shipped);
            }
        });

    static void Complete(Tree format, IReadOnlyDictionary<string, object?> shipped)
    {
        foreach (var (message, fields) in shipped)
        {
            if (format.GetValueOrDefault(message) is not Tree known)
            {
                format[message] = PlainTree.Normalize(fields);
                continue;
            }

            foreach (var (name, definition) in (IReadOnlyDictionary<string, object?>)fields!)
            {
                if (known.GetValueOrDefault(name) is not Tree field)
                {
                    known[name] = PlainTree.Normalize(definition);
                }
                else
                {
                    Correct(field, (IReadOnlyDictionary<string, object?>)definition!);
                }
            }
        }
    }

    // Descriptions and lengths are the user's.
    static void Correct(Tree field, IReadOnlyDictionary<string, object?> shipped)
    {
        foreach (var key in (string[])["type", "regex", "iregex"])
        {
            if (shipped.TryGetValue(key, out var value) && !Equals(field.GetValueOrDefault(key), value))
            {
                field[key] = value;
            }
        }
    }
}
