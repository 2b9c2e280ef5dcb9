using IntelMQ.Configuration.Editing;
using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration.Upgrading;

/// <summary>Tells in words what is different between two trees of plain values; secrets stay hidden.</summary>
internal static class TreeDifference
{
    const int MaximumLength = 120;

    /// <summary>A line for each value that is new, gone or another one, in the order of the new tree.</summary>
    public static IEnumerable<string> Between(IReadOnlyDictionary<string, object?> before, IReadOnlyDictionary<string, object?> after) =>
        Between(ConfigurationPath.Root, before, after);

    static IEnumerable<string> Between(ConfigurationPath path, IReadOnlyDictionary<string, object?> before, IReadOnlyDictionary<string, object?> after)
    {
        foreach (var (key, old) in before.Where(entry => !after.ContainsKey(entry.Key)))
        {
            yield return $"{path.Child(key)} is gone (was {Show(old, path.Child(key))})";
        }

        foreach (var (key, value) in after)
        {
            var place = path.Child(key);
            var isNew = !before.TryGetValue(key, out var old);
            if (value is IReadOnlyDictionary<string, object?> { Count: > 0 } map && (isNew || old is IReadOnlyDictionary<string, object?>))
            {
                foreach (var line in Between(place, old as IReadOnlyDictionary<string, object?> ?? SourceMap.Empty, map))
                {
                    yield return line;
                }
            }
            else if (isNew)
            {
                yield return $"{place} is new: {Show(value, place)}";
            }
            else if (!PlainTree.AreEqual(old, value))
            {
                yield return $"{place} is {Show(value, place)} instead of {Show(old, place)}";
            }
        }
    }

    static string Show(object? value, ConfigurationPath path)
    {
        if (path.IsSecret || value is not (IReadOnlyList<object?> or IReadOnlyDictionary<string, object?>))
        {
            return ValueText.Of(value, path.IsSecret);
        }

        var text = value is IReadOnlyList<object?> list && list.All(static item => item is string or long or bool or null)
            ? YamlText.Inline(list, flow: true, json: false)
            : ValueText.KindOf(value);
        return text.Length > MaximumLength ? text[..MaximumLength] + "…" : text;
    }
}
