using System.Collections.Concurrent;

namespace IntelMQ.Sdk;

/// <summary>The section of the data format for one kind of message.</summary>
sealed partial class MessageRules
{
    const int MostRemembered = 65_536;

    readonly FieldRule?[] _byNumber = new FieldRule?[Fields.KnownCount];
    readonly Dictionary<string, FieldRule> _byName;
    readonly ConcurrentDictionary<Field, FieldRule?> _other = new();

    // Not the count of the dictionary: that takes as many locks as it has.
    int _remembered;

    public MessageRules(string section, IEnumerable<FieldRule> rules)
    {
        Section = section;
        _byName = rules.ToDictionary(r => r.Field.Name, StringComparer.Ordinal);
        foreach (var rule in _byName.Values)
            if (rule.Field.Number >= 0)
                _byNumber[rule.Field.Number] = rule;
    }

    /// <summary><c>event</c> or <c>report</c>.</summary>
    public string Section { get; }

    public IReadOnlyCollection<FieldRule> All => _byName.Values;

    /// <summary>The rule for a field, or null when messages of this kind have no such field.</summary>
    public FieldRule? Find(Field field)
    {
        if (field.Number >= 0) return _byNumber[field.Number];
        var last = field.LastRule;
        if (last is not null && ReferenceEquals(last.Of, this)) return last.Rule;
        if (!_other.TryGetValue(field, out var rule)) rule = Remember(field);
        field.LastRule = new KnownRule(this, rule);
        return rule;
    }

    FieldRule? Remember(Field field)
    {
        var rule = FindByName(field);
        if (_remembered < MostRemembered && _other.TryAdd(field, rule)) Interlocked.Increment(ref _remembered);
        return rule;
    }

    public bool IsContainer(Field field) => Find(field) is { IsContainer: true };

    FieldRule? FindByName(Field field)
    {
        if (_byName.TryGetValue(field.Name, out var rule)) return rule;

        var dot = field.Name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && IsWellFormed(field.Name) && _byName.TryGetValue(field.Name[..dot], out var parent) && parent.IsContainer
            ? parent with { Field = field, Type = DataType.SubKey, IsContainer = false }
            : null;
    }

    /// <summary>The second half of the error text for a name that <see cref="Find"/> does not know; the words are the original's.</summary>
    public string WhyUnknown(Field field)
    {
        var dot = field.Name.IndexOf('.', StringComparison.Ordinal);
        var belowContainer = dot > 0 && _byName.TryGetValue(field.Name[..dot], out var parent) && parent.IsContainer;
        return belowContainer
            ? @"Does not match regular expression ^[a-z_][a-z_0-9]+(\.[a-z_0-9]+)*$"
            : "This key is not allowed by the harmonization configuration";
    }

    /// <summary>Whether a name has the form <c>^[a-z_][a-z_0-9]+(\.[a-z_0-9]+)*$</c>.</summary>
    public static bool IsWellFormed(string name)
    {
        var partLength = 0;
        var firstPart = true;
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (c == '.')
            {
                if (partLength < (firstPart ? 2 : 1)) return false;
                firstPart = false;
                partLength = 0;
            }
            else if (c is (>= 'a' and <= 'z') or '_' || (char.IsAsciiDigit(c) && !(firstPart && partLength == 0)))
            {
                partLength++;
            }
            else
            {
                return false;
            }
        }

        return partLength >= (firstPart ? 2 : 1);
    }
}
