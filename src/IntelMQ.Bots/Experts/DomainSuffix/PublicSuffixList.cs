namespace IntelMQ.Bots.Experts.DomainSuffix;

/// <summary>The rules of the section of the public suffix list that the registries maintain.</summary>
sealed class PublicSuffixList
{
    const string Begin = "===BEGIN ICANN DOMAINS===";
    const string End = "===END ICANN DOMAINS===";

    // By the name behind "*." or "!".
    readonly Dictionary<string, Rules> _rules = new(StringComparer.Ordinal);
    readonly Dictionary<string, Rules>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    PublicSuffixList() => _lookup = _rules.GetAlternateLookup<ReadOnlySpan<char>>();

    [Flags]
    enum Rules
    {
        None = 0,
        Suffix = 1,
        AllBelow = 2,
        Exception = 4,
    }

    /// <exception cref="FormatException">The file has no such section or no rule in it, or a rule is no name.</exception>
    public static PublicSuffixList Read(Stream file)
    {
        var list = new PublicSuffixList();
        using var reader = new StreamReader(file);
        var isWithin = false;
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Contains(Begin, StringComparison.Ordinal)) isWithin = true;
            else if (line.Contains(End, StringComparison.Ordinal)) isWithin = false;
            else if (isWithin && RuleOf(line) is { Length: > 0 } rule && !rule.StartsWith("//", StringComparison.Ordinal)) list.Add(rule, number);
        }

        return list._rules.Count > 0 ? list : throw new FormatException($"There are no rules behind '{Begin}'; expected the public suffix list.");
    }

    // What stands behind the first blank is a remark.
    static string RuleOf(string line) => line.Trim().Split([' ', '\t'], 2)[0];

    void Add(string rule, int number)
    {
        var kind = rule.StartsWith("*.", StringComparison.Ordinal) ? Rules.AllBelow : rule[0] == '!' ? Rules.Exception : Rules.Suffix;
        var name = kind switch { Rules.AllBelow => rule[2..], Rules.Exception => rule[1..], _ => rule };
        if (!DataType.Fqdn.TrySanitize(name, out var ascii) || ascii.Text is not { } key) throw new FormatException($"Line {number} is '{rule}'; expected a name, '*.' and a name, or '!' and a name.");
        _rules[key] = _rules.GetValueOrDefault(key) | kind;
    }

    /// <summary>The public suffix of a name in ASCII form; of a name under no rule its last label.</summary>
    public string SuffixOf(string name)
    {
        // From the longest to the shortest: the first rule that matches is the one with most labels.
        var before = -1;
        for (var start = 0; ; start = before + 1)
        {
            var rules = _lookup.TryGetValue(name.AsSpan(start), out var found) ? found : Rules.None;
            var dot = name.IndexOf('.', start);
            if (rules.HasFlag(Rules.Exception) && dot >= 0) return name[(dot + 1)..];
            if (rules.HasFlag(Rules.AllBelow) && start > 0) return name[(name.LastIndexOf('.', start - 2 < 0 ? 0 : start - 2) + 1)..];
            if (rules.HasFlag(Rules.Suffix) || dot < 0) return name[start..];
            before = dot;
        }
    }
}
