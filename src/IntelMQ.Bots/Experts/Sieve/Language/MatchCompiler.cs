using System.Collections.Frozen;

namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>Makes tests of conditions.</summary>
sealed class MatchCompiler(FieldTypes types, VariableTable variables, List<SieveProblem> problems)
{
    public Test Compile(Expression expression) => expression switch
    {
        AnyOf any => Any([.. any.Parts.Select(Compile)]),
        AllOf all => All([.. all.Parts.Select(Compile)]),
        Not not => Negate(Compile(not.Inner)),
        TextMatch match => Compile(match),
        NumberMatch match => Compile(match),
        NetworkMatch match => Compile(match),
        TimeMatch match => Compile(match),
        ListMatch match => Compile(match),
        BooleanMatch match => Compile(match),
        _ => Compile((ExistenceMatch)expression),
    };

    static Test Any(Test[] parts) => run =>
    {
        foreach (var part in parts)
            if (part(run))
                return true;
        return false;
    };

    static Test All(Test[] parts) => run =>
    {
        foreach (var part in parts)
            if (!part(run))
                return false;
        return true;
    };

    static Test Negate(Test test) => run => !test(run);

    Test Compile(ExistenceMatch match)
    {
        var field = variables.Source(match.Key);
        return run => run.Message.Has(field.Resolve(run)) == match.Exists;
    }

    Test Compile(BooleanMatch match)
    {
        var field = variables.Source(match.Key);
        return run => field.Read(run).TryGetBoolean(out var value) && (value == match.Value) == match.IsEqual;
    }

    Test Compile(TextMatch match)
    {
        if (types.IsAddress(match.Key)) DemandAddresses(match.Values);
        var field = variables.Source(match.Key);
        ValueSource[] values = [.. match.Values.Select(variables.Source)];
        return match.Operator switch
        {
            TextOperator.Equal => Equal(field, values[0]),
            TextOperator.NotEqual => Negate(Equal(field, values[0])),
            TextOperator.Contains => Contains(field, values[0]),
            TextOperator.Matches => Matches(field, Pattern(match.Values[0])),
            TextOperator.DoesNotMatch => Negate(Matches(field, Pattern(match.Values[0]))),
            TextOperator.In => In(field, values),
            TextOperator.ContainsAny => ContainsAny(field, values),
            _ => MatchesAny(field, [.. match.Values.Select(Pattern)]),
        };
    }

    void DemandAddresses(IReadOnlyList<Operand> values)
    {
        foreach (var value in values)
            if (value.Literal.Text is { } text && AddressIn(text) is null)
                problems.Add(new(value.At, $"Invalid IP address: {text}. Fields of the type IPAddress can only be compared with addresses; for networks there is '<<'."));
    }

    PatternSource Pattern(Operand operand)
    {
        var pattern = new PatternSource(variables.Source(operand));
        if (pattern.Problem is { } problem) problems.Add(new(operand.At, $"'{operand.Literal}' is no regular expression, and events that get here fail: {problem}", IsError: false));
        return pattern;
    }

    static Test Equal(FieldSource field, ValueSource value) => run => field.Read(run).Text is { } text && string.Equals(text, value.Text(run), StringComparison.Ordinal);

    static Test Contains(FieldSource field, ValueSource value) => run => field.Read(run) is { IsNone: false } found && ToText(found).Contains(value.Text(run), StringComparison.Ordinal);

    static Test Matches(FieldSource field, PatternSource pattern) => run => field.Read(run) is { IsNone: false } found && pattern.IsFoundIn(ToText(found), run);

    static string ToText(in FieldValue value) => value.Text ?? (value.Kind == ValueKind.Map ? JsonText.Write(value) : PythonValues.ToText(value));

    static Test In(FieldSource field, ValueSource[] values)
    {
        if (!values.All(value => value.IsLiteral))
            return run => field.Read(run).Text is { } text && Array.Exists(values, value => value.Text(run) == text);

        var set = values.Select(value => value.Literal.Text!).ToFrozenSet(StringComparer.Ordinal);
        return run => field.Read(run).Text is { } text && set.Contains(text);
    }

    static Test ContainsAny(FieldSource field, ValueSource[] values) => run =>
    {
        if (DemandText(field, run) is not { } text) return false;
        foreach (var value in values)
            if (text.Contains(value.Text(run), StringComparison.Ordinal))
                return true;
        return false;
    };

    static Test MatchesAny(FieldSource field, PatternSource[] patterns) => run =>
    {
        if (DemandText(field, run) is not { } text) return false;
        foreach (var pattern in patterns)
            if (pattern.IsFoundIn(text, run))
                return true;
        return false;
    };

    /// <summary>The text of a field, or null if it has no value.</summary>
    static string? DemandText(FieldSource field, SieveRun run)
    {
        var value = field.Read(run);
        return value.IsNone ? null : value.Text ?? throw new InvalidMessageException($"{field.Resolve(run)} is {PythonValues.Repr(value)}; ':containsany' and ':regexin' need a text.");
    }

    Test Compile(NumberMatch match)
    {
        if (types.WhyNoNumber(match.Key) is { } reason) problems.Add(new(match.Values[0].At, reason, IsError: types.IsCertain));
        var field = variables.Source(match.Key);
        ValueSource[] values = [.. match.Values.Select(variables.Source)];
        var value = values[0];
        return match.Operator switch
        {
            NumberOperator.Equal => run => Compare(field, value, run) == 0,
            NumberOperator.NotEqual => run => Compare(field, value, run) is not (null or 0),
            NumberOperator.AtMost => run => CompareOrder(field, value, run) <= 0,
            NumberOperator.AtLeast => run => CompareOrder(field, value, run) >= 0,
            NumberOperator.Less => run => CompareOrder(field, value, run) < 0,
            NumberOperator.Greater => run => CompareOrder(field, value, run) > 0,
            _ => run => AnyEqual(field, values, run),
        };
    }

    static bool AnyEqual(FieldSource field, ValueSource[] values, SieveRun run)
    {
        foreach (var value in values)
            if (Compare(field, value, run) == 0)
                return true;
        return false;
    }

    /// <summary>How a field compares to a number: null if it has no value, and unequal if that is no number.</summary>
    static int? Compare(FieldSource field, ValueSource value, SieveRun run)
    {
        var found = field.Read(run);
        if (found.IsNone) return null;
        var number = value.Number(run);
        if (found.TryGetInteger(out var whole) && number.TryGetInteger(out var other)) return whole.CompareTo(other);
        return TryGetNumber(found, out var left) && number.TryGetNumber(out var right) ? left.CompareTo(right) : int.MaxValue;
    }

    /// <exception cref="InvalidMessageException">The value is no number.</exception>
    static int? CompareOrder(FieldSource field, ValueSource value, SieveRun run) =>
        Compare(field, value, run) is not int.MaxValue and var order ? order : throw new InvalidMessageException($"{field.Resolve(run)} is {PythonValues.Repr(field.Read(run))}, which cannot be compared with a number.");

    static bool TryGetNumber(in FieldValue value, out double number)
    {
        if (value.TryGetNumber(out number)) return true;
        number = value.TryGetBoolean(out var boolean) && boolean ? 1 : 0;
        return value.Kind == ValueKind.Boolean;
    }

    Test Compile(NetworkMatch match)
    {
        var field = variables.Source(match.Key);
        var networks = new IpNetworkTable<bool>(match.Networks.Where(IsNetwork).Select(network => KeyValuePair.Create(network.Literal.Text!, true)));
        return run =>
        {
            var value = field.Read(run);
            if (value.IsNone) return false;
            if (value.Text is { } text && AddressIn(text) is { } address) return networks.Contains(address);
            run.Warn($"Could not parse IP address {field.Resolve(run)}={PythonValues.ToText(value)} in {run.Message}.");
            return false;
        };
    }

    bool IsNetwork(Operand operand)
    {
        try
        {
            _ = new IpNetworkTable<bool>([KeyValuePair.Create(operand.Literal.Text!, true)]);
            return true;
        }
        catch (FormatException)
        {
            problems.Add(new(operand.At, $"Invalid ip range: {operand.Literal}. Expected a network such as 192.0.2.0/24, or an address."));
            return false;
        }
    }

    /// <summary>The address in a text without its scope; null if it is none.</summary>
    static string? AddressIn(string text)
    {
        if (IpText.TryParse(text, out _, out _)) return text;
        var scope = text.IndexOf('%', StringComparison.Ordinal);
        return scope > 0 && scope < text.Length - 1 && IpText.TryParse(text.AsSpan(0, scope), out _, out var version) && version == 6 ? text[..scope] : null;
    }

    Test Compile(TimeMatch match)
    {
        var (field, limit) = (variables.Source(match.Key), variables.Source(match.Limit));
        var isPoint = Moment.TryReadPoint(limit.Literal.Text ?? "", out var point);
        if (limit.IsLiteral && !isPoint && !Moment.TryRead(limit.Literal.Text!, DateTimeOffset.UnixEpoch, out _))
            problems.Add(new(match.Limit.At, $"'{limit.Literal}' is no date such as '2026-01-31T12:00:00+00:00' and no span of time such as '1 week'; events that get here fail.", IsError: false));

        return run =>
        {
            var value = field.Read(run);
            if (value.IsNone) return false;
            var border = isPoint ? point : ReadLimit(limit.Text(run), run);
            if (!Moment.TryReadField(value, out var time))
            {
                run.Warn($"Could not parse {field.Resolve(run)}={PythonValues.ToText(value)} as a time in {run.Message}.");
                return false;
            }

            return match.IsBefore ? time < border : time > border;
        };
    }

    static DateTimeOffset ReadLimit(string text, SieveRun run) =>
        Moment.TryRead(text, run.Now, out var moment) ? moment : throw new InvalidMessageException($"'{text}' is no date such as '2026-01-31T12:00:00+00:00' and no span of time such as '1 week'.");

    Test Compile(ListMatch match)
    {
        var field = variables.Source(match.Key);
        ValueSource[] items = [.. match.Items.Select(variables.Source)];
        if (match.Operator == ListOperator.Equal) return run => field.Read(run).List is { } list && AreEqual(list, items, run);

        var isLiteral = items.All(item => item.IsLiteral);
        var known = new ItemSet(isLiteral ? items.Select(item => item.Literal) : []);
        return run => field.Read(run).List is { } list && (isLiteral ? known : new ItemSet(items.Select(item => item.Resolve(run)))).Compare(match.Operator, list);
    }

    static bool AreEqual(IReadOnlyList<object?> list, ValueSource[] items, SieveRun run)
    {
        if (list.Count != items.Length) return false;
        for (var i = 0; i < items.Length; i++)
            if (!PythonValues.AreEqual(FieldValue.From(list[i]), items[i].Resolve(run)))
                return false;
        return true;
    }
}
