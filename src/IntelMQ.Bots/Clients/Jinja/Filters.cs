using System.Collections.Frozen;

namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>What stands behind a bar.</summary>
delegate object? Filter(object? value, Arguments arguments);

/// <summary>All filters by name.</summary>
static class Filters
{
    // Not in an initializer: some filters look others up by name.
    static readonly Lazy<FrozenDictionary<string, Filter>> ByName = new(static () =>
        TextFilters.All.Concat(NumberFilters.All).Concat(ListFilters.All).ToFrozenDictionary(StringComparer.Ordinal));

    public static Filter? Find(string name) => ByName.Value.GetValueOrDefault(name);
}
