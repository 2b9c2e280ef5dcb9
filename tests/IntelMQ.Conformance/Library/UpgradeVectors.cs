using IntelMQ.Configuration.Upgrading;
using IntelMQ.Control.Upgrading;

namespace IntelMQ.Conformance.Library;

/// <summary>Compares what becomes of configurations of older versions.</summary>
static class UpgradeVectors
{
    /// <summary>A line of <c>upgrades.jsonl</c>.</summary>
    public static string? Check(Vector vector)
    {
        if (ConfigurationUpgrade.Rules.FirstOrDefault(rule => rule.Name == vector.Text("function")) is not { } rule) return $"there is no upgrade '{vector.Text("function")}'";
        var draft = new ConfigurationDraft(vector.Map("configuration"), vector.Map("harmonization"));
        var outcome = rule.Apply(draft);
        var expected = vector.List("result");
        return Compare("result", Ordered(outcome.Demand ?? (object?)(outcome.Changed ? true : null)), Ordered(expected[0]))
            ?? Compare("configuration", draft.Runtime, expected[1])
            ?? Compare("data format", draft.Harmonization, expected[2]);
    }

    /// <summary>A call of <c>version_smaller</c>: null for the same version.</summary>
    public static Verdict CheckVersions(IReadOnlyList<object?> versions, object? expected)
    {
        var (left, right) = (Version(versions[0]), Version(versions[1]));
        if (left is null || right is null) return Verdict.Failed("not taken for a version");
        var order = left.CompareTo(right);
        return Compare("result", order == 0 ? null : order < 0, expected);
    }

    static UpgradeVersion? Version(object? parts) => UpgradeVersion.Of((IReadOnlyList<object?>)parts!);

    // Bots are told in the order of the file, which the recording does not keep.
    static object? Ordered(object? result) => result is string text ? text.Split([' ', ',', '.', '\n'], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Cast<object?>().ToList() : result;

    static string? Compare(string what, object? actual, object? expected)
    {
        var (found, wanted) = (Vector.Show(FieldValue.From(actual)), Vector.Show(FieldValue.From(expected)));
        return found == wanted ? null : $"{what} {found}, expected {wanted}";
    }
}
