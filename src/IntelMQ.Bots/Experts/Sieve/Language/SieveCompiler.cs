namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>Makes of rules what is done for each message. All that can be found out before is found out here.</summary>
sealed class SieveCompiler
{
    readonly SieveSource _source;
    readonly List<SieveProblem> _problems;
    readonly MatchCompiler _matches;
    readonly VariableTable _variables = new();

    SieveCompiler(SieveSource source, FieldTypes types, List<SieveProblem> problems)
    {
        _source = source;
        _problems = problems;
        _matches = new MatchCompiler(types, _variables, problems);
    }

    /// <summary>Reads and compiles rules.</summary>
    /// <param name="source">The rules.</param>
    /// <param name="types">The types of fields.</param>
    /// <param name="problems">All that is wrong; with an error among them the result is null.</param>
    public static SieveProgram? Compile(SieveSource source, FieldTypes types, out IReadOnlyList<SieveProblem> problems)
    {
        var found = new List<SieveProblem>();
        var statements = SieveParser.Parse(source.Text, found);
        var compiler = new SieveCompiler(source, types, found);
        var steps = compiler.CompileAll(statements);
        problems = [.. found.OrderBy(problem => problem.At)];
        return found.Exists(problem => problem.IsError) ? null : new SieveProgram(steps, compiler._variables.Count);
    }

    Step[] CompileAll(IReadOnlyList<Statement> statements) => [.. statements.Select(Compile)];

    Step Compile(Statement statement) => statement switch
    {
        KeepStatement => Ending(statement.At, "keep", Flow.Keep),
        DropStatement => Ending(statement.At, "drop", Flow.Drop),
        PathStatement path => Always(run => run.Paths = path.Paths),
        RemoveStatement remove => Compile(remove),
        VariableStatement variable => Compile(variable),
        AppendStatement append => Compile(append),
        AssignStatement assign => Compile(assign),
        ShiftStatement shift => Compile(shift),
        _ => Compile((BranchingStatement)statement),
    };

    static Step Always(Action<SieveRun> action) => run =>
    {
        action(run);
        return Flow.Next;
    };

    Step Ending(int at, string what, Flow flow)
    {
        var line = $"Executed '{what}' at {_source.Show(at)}.";
        return run =>
        {
            run.Trace(line);
            return flow;
        };
    }

    Step Compile(BranchingStatement branching)
    {
        var clauses = branching.Clauses.Select(clause => (Test: _matches.Compile(clause.Condition), Steps: CompileAll(clause.Body), Line: $"Matched the condition at {_source.Show(clause.Condition.At)}.")).ToArray();
        var otherwise = CompileAll(branching.Otherwise);
        return run =>
        {
            foreach (var (test, steps, line) in clauses)
            {
                if (!test(run)) continue;
                run.Trace(line);
                return SieveProgram.RunAll(steps, run);
            }

            return SieveProgram.RunAll(otherwise, run);
        };
    }

    Step Compile(RemoveStatement remove)
    {
        var field = _variables.Source(remove.Key);
        return Always(run => run.Message.Remove(field.Resolve(run)));
    }

    Step Compile(VariableStatement variable)
    {
        var (number, from) = (_variables.NumberOf(variable.Variable), _variables.Source(variable.Key));
        return Always(run =>
        {
            var value = from.Read(run);
            run[number] = value.IsNone ? throw new InvalidMessageException($"{variable.Key.Name} not present in event.") : value;
        });
    }

    Step Compile(AssignStatement assign)
    {
        var (field, value) = (_variables.Source(assign.Key), _variables.Source(assign.Value));
        return assign.How switch
        {
            Assignment.AddForced => Always(run => run.Message.Set(field.Resolve(run), value.Resolve(run))),
            Assignment.Add => Always(run =>
            {
                var to = field.Resolve(run);
                if (!run.Message.Has(to)) run.Message.Add(to, value.Resolve(run));
            }),
            _ => Always(run =>
            {
                var to = field.Resolve(run);
                if (run.Message.Has(to)) run.Message.Set(to, value.Resolve(run));
            }),
        };
    }

    Step Compile(AppendStatement append)
    {
        var (field, value) = (_variables.Source(append.Key), _variables.Source(append.Value));
        return Always(run =>
        {
            var to = field.Resolve(run);
            var old = run.Message.Get(to);
            if (old.List is null && !old.IsNone && !append.IsForced) return;

            List<object?> list = old.List is { } items ? [.. items] : old.IsNone ? [] : [field.Read(run).ToObject()];
            list.Add(value.Resolve(run).ToObject());
            run.Message.Set(to, FieldValue.From(list));
        });
    }

    Step Compile(ShiftStatement shift)
    {
        var (field, span) = (_variables.Source(shift.Key), _variables.Source(shift.Span));
        if (span.IsLiteral && !(span.Literal.Text is { } text && RelativeTime.TryParse(text, out _)))
            _problems.Add(new(shift.Span.At, $"{PythonValues.Repr(span.Literal)} is no span of time, such as '1 hour'; events that get here fail.", IsError: false));

        return Always(run =>
        {
            var to = field.Resolve(run);
            var old = run.Message.Get(to);
            if (shift.How == Assignment.Add ? !old.IsNone : shift.How == Assignment.Update && old.IsNone) return;
            if (!Moment.TryReadField(old, out var time)) throw new InvalidMessageException($"{to} is {PythonValues.Repr(old)}; a span of time can only be added to a time.");
            run.Message.Set(to, Shifted(time, SpanOf(span.Resolve(run)), shift.IsBackwards));
        });
    }

    static TimeSpan SpanOf(in FieldValue value) =>
        value.Text is { } text && RelativeTime.TryParse(text, out var span) ? span : throw new InvalidMessageException($"{PythonValues.Repr(value)} is no span of time, such as '1 hour'.");

    static string Shifted(DateTimeOffset time, TimeSpan by, bool isBackwards)
    {
        var room = isBackwards ? time - DateTimeOffset.MinValue : DateTimeOffset.MaxValue - time;
        return by <= room ? Moment.Format(isBackwards ? time - by : time + by) : throw new InvalidMessageException($"{Moment.Format(time)} and {by} give a time that no calendar has.");
    }
}

/// <summary>Gives each variable a number, and names what rules read.</summary>
sealed class VariableTable
{
    readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public int Count => _numbers.Count;

    public int NumberOf(string name)
    {
        if (!_numbers.TryGetValue(name, out var number)) _numbers[name] = number = _numbers.Count;
        return number;
    }

    public FieldSource Source(Key key) => key.IsVariable ? new FieldSource(null, Variable(key.Name)) : new FieldSource(Field.Named(key.Name), null);

    public ValueSource Source(Operand operand) => new(operand.Literal, operand.Variable is { } name ? Variable(name) : null);

    VariableSource Variable(string name) => new(name, NumberOf(name));
}
