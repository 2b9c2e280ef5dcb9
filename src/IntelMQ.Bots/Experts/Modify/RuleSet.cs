namespace IntelMQ.Bots.Experts.Modify;

/// <summary>The rules of a file, ready to be applied. Not for use by several threads.</summary>
sealed class RuleSet(IReadOnlyList<Rule> rules, IReadOnlyList<PatternColumn> columns)
{
    readonly Rule[] _rules = [.. rules];
    readonly PatternColumn[] _columns = [.. columns];

    public int Count => _rules.Length;

    /// <summary>Applies the rules in their order.</summary>
    /// <param name="e">The event to change.</param>
    /// <param name="overwrite">Whether values that are there are replaced.</param>
    /// <param name="mostMatches">After so many rules that applied, the rest is not tried.</param>
    /// <exception cref="InvalidMessageException">A template asks for a field that the event lacks, or a value does not fit its field.</exception>
    public void Apply(Event e, bool overwrite, int mostMatches)
    {
        ForgetValues();
        foreach (var rule in _rules)
        {
            if (!rule.Matches(e)) continue;

            if (rule.Change(e, overwrite)) ForgetValues();
            if (--mostMatches == 0) return;
        }
    }

    void ForgetValues()
    {
        foreach (var column in _columns) column.Forget();
    }
}

/// <summary>One rule.</summary>
/// <param name="name">Its name in the file.</param>
/// <param name="absent">Fields that must not be there.</param>
/// <param name="equal">Fields that must have exactly this value.</param>
/// <param name="patterns">Patterns that fields must match.</param>
/// <param name="quotations">What its templates take from the matches.</param>
/// <param name="changes">What to do then.</param>
sealed class Rule(string name, Field[] absent, KeyValuePair<Field, FieldValue>[] equal, Pattern[] patterns, Quotation[] quotations, Change[] changes)
{
    readonly string[] _quotes = new string[quotations.Length];

    public bool Matches(Event e)
    {
        // Cheap tests first: most rules fail at a field that is or is not there.
        foreach (var field in absent)
            if (e.Has(field))
                return false;
        foreach (var (field, value) in equal)
            if (!PythonValues.AreEqual(e.Get(field), value))
                return false;
        foreach (var pattern in patterns)
            if (!pattern.Matches(e))
                return false;
        return true;
    }

    /// <returns>Whether something may have changed.</returns>
    public bool Change(Event e, bool overwrite)
    {
        // Before the first change, which may alter the very field that a later one quotes.
        for (var i = 0; i < quotations.Length; i++) _quotes[i] = quotations[i].TextIn(e);

        var changed = false;
        foreach (var change in changes)
        {
            if (!overwrite && e.Has(change.Field)) continue;
            e.Set(change.Field, change.Template is { } template ? template.Format(e, _quotes, name) : change.Value);
            changed = true;
        }

        return changed;
    }
}

/// <summary>What a rule does to one field.</summary>
/// <param name="Field">The field.</param>
/// <param name="Value">Its new value, if that is the same for all events.</param>
/// <param name="Template">What makes its new value otherwise.</param>
sealed record Change(Field Field, FieldValue Value, ValueTemplate? Template);
